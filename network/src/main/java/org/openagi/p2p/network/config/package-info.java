/**
 * What a node can be told: one table of {@link org.openagi.p2p.network.config.ConfigKey}s, the
 * file format, the environment variables, and the validated result, {@link
 * org.openagi.p2p.network.config.P2PConfig}.
 *
 * <p>A value comes from a flag, else an environment variable, else the file, else the default. All
 * problems are reported together in one {@link org.openagi.p2p.network.config.ConfigException}. The
 * reference for people, {@code docs/config-reference.md}, is generated from the same table and a
 * test compares the two. Immutable values only; nothing here applies a setting.
 */
@NullMarked
package org.openagi.p2p.network.config;

import org.jspecify.annotations.NullMarked;
