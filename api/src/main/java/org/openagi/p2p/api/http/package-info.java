/** What every request passes: who may ask, how often, how much, and how refusals look. */
@NullMarked
package org.openagi.p2p.api.http;

import org.jspecify.annotations.NullMarked;
