/**
 * The local API of a node: HTTP and WebSocket for the dashboard, for scripts and for programs in any language on the same
 * machine. {@link org.openagi.p2p.api.ApiServer} opens it.
 *
 * @see "docs/api.md"
 */
@NullMarked
package org.openagi.p2p.api;

import org.jspecify.annotations.NullMarked;
