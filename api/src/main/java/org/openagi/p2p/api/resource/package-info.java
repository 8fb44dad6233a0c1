/** What is answered under {@code /api/v1}, a class for each kind of thing. */
@NullMarked
package org.openagi.p2p.api.resource;

import org.jspecify.annotations.NullMarked;
