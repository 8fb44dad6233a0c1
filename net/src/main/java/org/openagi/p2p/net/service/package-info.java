/**
 * The border between the built-in services (identify, ping) and the swarm. Entry: {@link
 * org.openagi.p2p.net.service.ServiceHost}.
 */
@NullMarked
package org.openagi.p2p.net.service;

import org.jspecify.annotations.NullMarked;
