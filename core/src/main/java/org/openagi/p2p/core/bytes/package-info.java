/**
 * {@link org.openagi.p2p.core.bytes.Bytes}, the immutable byte string that records and keys are made of.
 *
 * <p>Immutable, safe for any thread. Deliberately absent: reference counting and pooling; buffers of
 * the network path are Netty's and stay in the modules that know Netty.
 */
@NullMarked
package org.openagi.p2p.core.bytes;

import org.jspecify.annotations.NullMarked;
