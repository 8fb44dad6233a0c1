/**
 * Which key a name belongs to: pinned at first use, as SSH pins host keys, and kept in the file
 * {@code known_peers} of the data folder.
 *
 * <p>Entry type: {@link org.openagi.p2p.network.pins.PinStore}. One key per name and one name per
 * key. The file may be edited by hand while the node runs. Deliberately absent: any proof that a
 * key belongs to a person; the first to use a name has it.
 */
@NullMarked
package org.openagi.p2p.network.pins;

import org.jspecify.annotations.NullMarked;
