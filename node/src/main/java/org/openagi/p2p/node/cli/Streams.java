package org.openagi.p2p.node.cli;

import java.io.InputStream;
import java.io.PrintWriter;

/** Where a command reads and writes: the process's own streams, or a test's. */
record Streams(InputStream in, PrintWriter out, PrintWriter err) {}
