/**
 * From a message's type to the user code that takes it.
 *
 * <p>Entry type is {@link org.openagi.p2p.messaging.router.HandlerTable}, safe for any thread.
 */
@NullMarked
package org.openagi.p2p.messaging.router;

import org.jspecify.annotations.NullMarked;
