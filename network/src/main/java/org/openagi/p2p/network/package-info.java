/** What a user depends on: the P2PNetworkManager facade, its records, and the composition that turns configuration into a running network. */
@NullMarked
package org.openagi.p2p.network;

import org.jspecify.annotations.NullMarked;
