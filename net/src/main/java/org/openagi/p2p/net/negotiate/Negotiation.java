package org.openagi.p2p.net.negotiate;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.wire.multistream.MultistreamInitiator;
import org.openagi.p2p.wire.multistream.MultistreamResponder;
import org.openagi.p2p.wire.multistream.NegotiationState;

/** One side of a multistream-select negotiation, whichever it is. Confined to one event loop. */
sealed interface Negotiation {
  /** Appends what is to be sent first; nothing for a responder. */
  void start(ByteBuf out);

  /** Takes in bytes and appends answers. */
  NegotiationState onData(ByteBuf in, ByteBuf out) throws ProtocolViolationException;

  /** What was agreed on. */
  Optional<String> agreed();

  /** What was proposed or would be accepted, for messages. */
  String describe();

  /** Proposes. */
  record Proposing(MultistreamInitiator machine, List<String> protocols) implements Negotiation {
    Proposing(List<String> protocols) {
      this(new MultistreamInitiator(protocols), protocols);
    }

    @Override
    public void start(ByteBuf out) {
      machine.start(out);
    }

    @Override
    public NegotiationState onData(ByteBuf in, ByteBuf out) throws ProtocolViolationException {
      return machine.onData(in, out);
    }

    @Override
    public Optional<String> agreed() {
      return machine.agreed();
    }

    @Override
    public String describe() {
      return protocols.size() == 1 ? protocols.getFirst() : "any of " + protocols;
    }
  }

  /** Answers. */
  record Answering(MultistreamResponder machine) implements Negotiation {
    @Override
    public void start(ByteBuf out) {
      // The header goes out with the first answer.
    }

    @Override
    public NegotiationState onData(ByteBuf in, ByteBuf out) throws ProtocolViolationException {
      return machine.onData(in, out);
    }

    @Override
    public Optional<String> agreed() {
      return machine.agreed();
    }

    @Override
    public String describe() {
      return "a protocol";
    }
  }
}
