/** The dashboard in a real browser. */
@NullMarked
package org.openagi.p2p.interop.dashboard;

import org.jspecify.annotations.NullMarked;
