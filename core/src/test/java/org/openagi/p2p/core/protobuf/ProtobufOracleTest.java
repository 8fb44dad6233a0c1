package org.openagi.p2p.core.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/** Compares with Google's implementation, in both directions and on arbitrary bytes. */
class ProtobufOracleTest {
  /** One field: number, wire type and value, the value as number or bytes. */
  record Field(int number, int wireType, long scalar, Bytes bytes) {}

  @Provide
  Arbitrary<List<Field>> messages() {
    Arbitrary<Integer> numbers = Arbitraries.integers().between(1, WireType.MAX_FIELD);
    Arbitrary<Integer> types = Arbitraries.of(
        WireType.VARINT, WireType.FIXED32, WireType.FIXED64, WireType.LENGTH_DELIMITED);
    Arbitrary<Bytes> bytes =
        Arbitraries.bytes().array(byte[].class).ofMaxSize(300).map(Bytes::copyOf);
    return Combinators.combine(numbers, types, Arbitraries.longs(), bytes)
        .as(Field::new)
        .list()
        .ofMaxSize(12);
  }

  @Property
  void whatWeWriteTheyRead(@ForAll("messages") List<Field> fields) throws Exception {
    ProtoWriter out = new ProtoWriter();
    UnknownFieldSet.Builder expected = UnknownFieldSet.newBuilder();
    for (Field field : fields) {
      UnknownFieldSet.Field.Builder value = UnknownFieldSet.Field.newBuilder();
      switch (field.wireType()) {
        case WireType.VARINT -> {
          out.varint(field.number(), field.scalar());
          value.addVarint(field.scalar());
        }
        case WireType.FIXED32 -> {
          out.fixed32(field.number(), (int) field.scalar());
          value.addFixed32((int) field.scalar());
        }
        case WireType.FIXED64 -> {
          out.fixed64(field.number(), field.scalar());
          value.addFixed64(field.scalar());
        }
        default -> {
          out.bytes(field.number(), field.bytes());
          value.addLengthDelimited(ByteString.copyFrom(field.bytes().unsafeArray()));
        }
      }
      expected.mergeField(field.number(), value.build());
    }
    assertEquals(out.size(), out.toBytes().length());
    assertEquals(expected.build(), UnknownFieldSet.parseFrom(out.toBytes().unsafeArray()));
  }

  @Property
  void whatTheyWriteWeRead(@ForAll("messages") List<Field> fields) throws Exception {
    List<Field> sorted = new ArrayList<>(fields);
    UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    for (Field field : sorted) {
      message.mergeField(
          field.number(),
          UnknownFieldSet.Field.newBuilder()
              .addVarint(field.scalar())
              .addFixed32((int) field.scalar())
              .addLengthDelimited(ByteString.copyFrom(field.bytes().unsafeArray()))
              .build());
    }
    Bytes encoded = Bytes.wrap(message.build().toByteArray());
    assertEquals(message.build(), read(ProtoReader.of(encoded, Scope.STREAM)));
  }

  /**
   * Where we refuse what they accept: groups; varints with a tenth byte other than 1, of
   * which they drop the bits; tags and
   * lengths beyond 32 bits, which they cut to 32.
   */
  private static final List<String> STRICTER =
      List.of("group", "tenth byte", "field number", "at most 2147483647");

  @Property(tries = 5_000)
  void arbitraryBytesMeanTheSameToBoth(@ForAll @Size(max = 40) byte[] input) throws IOException {
    compare(input);
  }

  @Property(tries = 1_000)
  void damagedMessagesMeanTheSameToBoth(
      @ForAll("messages") List<Field> fields, @ForAll int position, @ForAll byte damage)
      throws Exception {
    ProtoWriter out = new ProtoWriter();
    for (Field field : fields) out.varint(field.number(), field.scalar()).bytes(1, field.bytes());
    byte[] damaged = out.toBytes().toArray();
    if (damaged.length > 0) damaged[Math.floorMod(position, damaged.length)] ^= damage;
    compare(damaged);
  }

  private static void compare(byte[] input) throws IOException {
    UnknownFieldSet ours;
    try {
      ours = read(ProtoReader.of(Bytes.copyOf(input), Scope.STREAM));
    } catch (ProtocolViolationException refused) {
      String reason = String.valueOf(refused.getMessage());
      if (STRICTER.stream().anyMatch(reason::contains)) return;
      assertThrows(
          InvalidProtocolBufferException.class, () -> UnknownFieldSet.parseFrom(input), reason);
      return;
    }
    assertEquals(UnknownFieldSet.parseFrom(input), ours);
  }

  private static UnknownFieldSet read(ProtoReader in) throws ProtocolViolationException {
    UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    while (in.nextField()) {
      UnknownFieldSet.Field.Builder value = UnknownFieldSet.Field.newBuilder();
      switch (in.wireType()) {
        case WireFormat.WIRETYPE_VARINT -> value.addVarint(in.readVarint());
        case WireFormat.WIRETYPE_FIXED32 -> value.addFixed32(in.readFixed32());
        case WireFormat.WIRETYPE_FIXED64 -> value.addFixed64(in.readFixed64());
        default ->
          value.addLengthDelimited(
              ByteString.copyFrom(in.readBytes(Integer.MAX_VALUE).unsafeArray()));
      }
      message.mergeField(in.field(), value.build());
    }
    assertFalse(in.nextField());
    assertTrue(in.field() >= 0);
    return message.build();
  }
}
