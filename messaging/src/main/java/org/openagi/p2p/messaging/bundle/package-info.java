/**
 * What happens to a bundle as a whole: signing, checking, compressing. Ports for the work that takes
 * microseconds to tens of them, so that it can be done beside the event loop.
 *
 * @see "docs/wire/message-1.0.md, section 4"
 */
@NullMarked
package org.openagi.p2p.messaging.bundle;

import org.jspecify.annotations.NullMarked;
