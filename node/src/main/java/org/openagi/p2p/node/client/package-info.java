/**
 * Asks a node that runs, by its local API. {@link org.openagi.p2p.node.client.ApiClient} finds it by its data folder, {@link
 * org.openagi.p2p.node.client.ApiNews} is told what happens there.
 */
@NullMarked
package org.openagi.p2p.node.client;

import org.jspecify.annotations.NullMarked;
