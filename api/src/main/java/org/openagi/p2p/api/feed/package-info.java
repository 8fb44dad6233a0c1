/** What happened lately and what goes on now, for clients that come and go: bounded logs and their listeners. */
@NullMarked
package org.openagi.p2p.api.feed;

import org.jspecify.annotations.NullMarked;
