/**
 * A bounded protobuf reader and writer, by hand, for the few flat messages of libp2p and our own.
 *
 * <p>Entry types: {@link org.openagi.p2p.core.protobuf.ProtoReader} and {@link
 * org.openagi.p2p.core.protobuf.ProtoWriter}; instances are confined to one thread. Specification:
 * protobuf encoding, wire types 0, 1, 2 and 5. Deliberately absent: groups, schemas, reflection.
 */
@NullMarked
package org.openagi.p2p.core.protobuf;

import org.jspecify.annotations.NullMarked;
