/**
 * Identify and identify/push over streams. Entry: {@link org.openagi.p2p.net.service.identify.IdentifyService}. The codec and the checks are in {@code protocols.identify}.
 */
@NullMarked
package org.openagi.p2p.net.service.identify;

import org.jspecify.annotations.NullMarked;
