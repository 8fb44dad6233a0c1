/**
 * What a node counts and measures, for Prometheus. {@link org.openagi.p2p.api.metrics.MetricTable} names all of it.
 *
 * @see "docs/metrics.md"
 */
@NullMarked
package org.openagi.p2p.api.metrics;

import org.jspecify.annotations.NullMarked;
