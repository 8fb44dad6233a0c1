/**
 * How what a node knows looks as JSON: the same objects in answers, events and the lines of the command line. Times are
 * milliseconds since 1970, durations and costs say their unit in their name.
 *
 * @see "docs/api.md"
 */
@NullMarked
package org.openagi.p2p.api.view;

import org.jspecify.annotations.NullMarked;
