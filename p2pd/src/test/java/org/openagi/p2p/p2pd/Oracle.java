package org.openagi.p2p.p2pd;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;

/** The messages of the specification as Google's implementation writes and reads them. */
final class Oracle {
  /** Message: fields in the order of their numbers; * repeated, a capital first letter a message, - unused. */
  private static final String MESSAGES = """
      Request type:int connect:Connect streamOpen:StreamOpen streamHandler:StreamHandler dht:bytes \
      connManager:ConnManager disconnect:Disconnect pubsub:bytes peerStore:Peerstore
      Connect peer:bytes addrs:bytes* timeout:int
      StreamOpen peer:bytes proto:string* timeout:int
      StreamHandler addr:bytes proto:string*
      ConnManager type:int peer:bytes tag:string weight:int
      Disconnect peer:bytes
      Peerstore type:int id:bytes protos:string*
      Response type:int error:Error streamInfo:StreamInfo identify:PeerInfo dht:bytes peers:PeerInfo* \
      pubsub:bytes peerStore:PeerstoreResponse
      Error msg:string
      StreamInfo peer:bytes addr:bytes proto:string
      PeerInfo id:bytes addrs:bytes*
      PeerstoreResponse peer:PeerInfo protos:string*
      """;

  private static final Descriptors.FileDescriptor FILE = build();

  private Oracle() {}

  private static Descriptors.FileDescriptor build() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName("p2pd.proto").setSyntax("proto2");
    MESSAGES.lines().forEach(line -> file.addMessageType(message(line.split(" "))));
    try {
      return Descriptors.FileDescriptor.buildFrom(file.build(), new Descriptors.FileDescriptor[0]);
    } catch (Descriptors.DescriptorValidationException e) {
      throw new AssertionError(e);
    }
  }

  private static DescriptorProto message(String[] words) {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(words[0]);
    for (int number = 1; number < words.length; number++) {
      String[] field = words[number].split(":");
      boolean repeated = field[1].endsWith("*");
      String type = repeated ? field[1].substring(0, field[1].length() - 1) : field[1];
      FieldDescriptorProto.Builder made = message
          .addFieldBuilder()
          .setName(field[0])
          .setNumber(number)
          .setLabel(
              repeated
                  ? FieldDescriptorProto.Label.LABEL_REPEATED
                  : FieldDescriptorProto.Label.LABEL_OPTIONAL);
      switch (type) {
        case "int" -> made.setType(FieldDescriptorProto.Type.TYPE_INT64);
        case "bytes" -> made.setType(FieldDescriptorProto.Type.TYPE_BYTES);
        case "string" -> made.setType(FieldDescriptorProto.Type.TYPE_STRING);
        default -> made.setType(FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(type);
      }
    }
    return message.build();
  }

  private static Descriptor type(String name) {
    return FILE.findMessageTypeByName(name);
  }

  /** A request with a type and, unless empty, one parameter message. */
  static Bytes request(int type, String field, Object... namesAndValues) {
    Descriptor request = type("Request");
    DynamicMessage.Builder built =
        DynamicMessage.newBuilder(request).setField(request.findFieldByName("type"), (long) type);
    if (!field.isEmpty()) {
      FieldDescriptor parameters = request.findFieldByName(field);
      built.setField(parameters, message(parameters.getMessageType(), namesAndValues));
    }
    return Bytes.wrap(built.build().toByteArray());
  }

  private static DynamicMessage message(Descriptor type, Object... namesAndValues) {
    DynamicMessage.Builder built = DynamicMessage.newBuilder(type);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      FieldDescriptor field = type.findFieldByName((String) namesAndValues[i]);
      Object value = namesAndValues[i + 1];
      if (value instanceof List<?> items) {
        items.forEach(item -> built.addRepeatedField(field, plain(item)));
      } else {
        built.setField(field, plain(value));
      }
    }
    return built.build();
  }

  private static Object plain(Object value) {
    if (value instanceof Bytes bytes) return ByteString.copyFrom(bytes.unsafeArray());
    return value instanceof Integer number ? number.longValue() : value;
  }

  static Fields response(Bytes encoded) throws InvalidProtocolBufferException {
    return read("Response", encoded);
  }

  static Fields read(String type, Bytes encoded) throws InvalidProtocolBufferException {
    return new Fields(DynamicMessage.parseFrom(type(type), encoded.unsafeArray()));
  }

  /** A message that was read; refuses unknown fields. */
  record Fields(DynamicMessage message) {
    Fields {
      if (!message.getUnknownFields().asMap().isEmpty()) {
        throw new AssertionError("unknown fields in " + message);
      }
    }

    private Object get(String name) {
      return message.getField(message.getDescriptorForType().findFieldByName(name));
    }

    boolean isOk() {
      return number("type") == 0;
    }

    String error() {
      return of("error").text("msg");
    }

    long number(String name) {
      return (Long) get(name);
    }

    String text(String name) {
      return (String) get(name);
    }

    Bytes bytes(String name) {
      return Bytes.wrap(((ByteString) get(name)).toByteArray());
    }

    Fields of(String name) {
      return new Fields((DynamicMessage) get(name));
    }

    List<Fields> each(String name) {
      return ((List<?>) get(name))
          .stream().map(m -> new Fields((DynamicMessage) m)).toList();
    }

    List<Bytes> allBytes(String name) {
      return ((List<?>) get(name))
          .stream().map(b -> Bytes.wrap(((ByteString) b).toByteArray())).toList();
    }

    List<String> texts(String name) {
      return ((List<?>) get(name)).stream().map(String.class::cast).toList();
    }
  }
}
