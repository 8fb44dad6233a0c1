/**
 * The {@code p2p} command line: parsing, printing and exit codes. {@link
 * org.openagi.p2p.node.cli.Cli} is the way in; each command is a class of its own.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. Text of remote origin is escaped
 * before it reaches a terminal.
 */
@NullMarked
package org.openagi.p2p.node.cli;

import org.jspecify.annotations.NullMarked;
