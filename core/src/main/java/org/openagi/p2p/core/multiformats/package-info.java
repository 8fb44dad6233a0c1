/**
 * Self-describing encodings of the multiformats project: unsigned varint, multibase, multihash.
 *
 * <p>All functions are pure and bounded, safe for any thread. Specifications: multiformats
 * unsigned-varint, multibase, multihash, CIDv1 (only as far as peer ids need it). Deliberately absent:
 * other hash functions than {@code identity} and {@code sha2-256}.
 */
@NullMarked
package org.openagi.p2p.core.multiformats;

import org.jspecify.annotations.NullMarked;
