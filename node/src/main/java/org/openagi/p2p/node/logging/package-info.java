/**
 * Logging of the {@code p2p} program: to standard error, quiet unless asked, configured in code
 * because reading a configuration file would take longer than most commands run.
 */
@NullMarked
package org.openagi.p2p.node.logging;

import org.jspecify.annotations.NullMarked;
