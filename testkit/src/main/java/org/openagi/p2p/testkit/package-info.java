/** Virtual time, seeded generators, fault plug-ins and leak assertions for the tests of every other module. */
@NullMarked
package org.openagi.p2p.testkit;

import org.jspecify.annotations.NullMarked;
