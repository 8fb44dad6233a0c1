/** Fields of our own wire formats: bounded reading, growing writing. Imports {@code core.bytes} and {@code core.error}. */
@NullMarked
package org.openagi.p2p.core.codec;

import org.jspecify.annotations.NullMarked;
