package org.openagi.p2p.wire.multistream;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The side of a multistream-select negotiation that accepts or refuses proposals.
 *
 * <p>Our header is sent together with the first answer. Confined to one thread. The caller owns all
 * buffers, keeps bytes of incomplete lines (never more than {@link
 * MultistreamLimits#MAX_LINE_BYTES} + 1) and enforces the deadline.
 *
 * @see "libp2p specs: connections/README.md, multistream-select"
 */
public final class MultistreamResponder {
  private final Predicate<String> supported;
  private final Supplier<List<String>> listed;
  private boolean headerSeen;
  private int proposals;
  private @Nullable String agreed;

  /** A responder that accepts exactly these protocols and lists them in this order. */
  public MultistreamResponder(List<String> protocols) {
    this(List.copyOf(protocols)::contains, () -> protocols);
  }

  /**
   * @param supported asked once per proposal; sees ids of up to {@link
   *     MultistreamLimits#MAX_PROTOCOL_BYTES} bytes that a peer chose freely
   * @param listed what {@code ls} answers, in this order
   */
  public MultistreamResponder(Predicate<String> supported, Supplier<List<String>> listed) {
    this.supported = supported;
    this.listed = listed;
  }

  /**
   * Takes in the other side's proposals.
   *
   * @param in complete lines are consumed; once {@link NegotiationState#AGREED}, everything left in
   *     it belongs to the agreed protocol and is untouched
   * @param out receives the answers, also those that lead to an agreement
   * @return the new state, never {@link NegotiationState#REFUSED}: whether to try again is the
   *     initiator's choice
   * @throws ProtocolViolationException if the other side does not speak multistream-select 1.0, or
   *     makes more than {@link MultistreamLimits#MAX_PROPOSALS} requests; the stream is to be closed
   */
  public NegotiationState onData(ByteBuf in, ByteBuf out) throws ProtocolViolationException {
    while (agreed == null) {
      Optional<String> line = MultistreamLines.read(in);
      if (line.isEmpty()) break;
      onLine(line.get(), out);
    }
    return state();
  }

  private void onLine(String line, ByteBuf out) throws ProtocolViolationException {
    if (!headerSeen) {
      if (!line.equals(MultistreamLines.HEADER)) {
        throw MultistreamLines.violation("multistream: first line is "
            + MultistreamLines.quote(line)
            + ", expected "
            + MultistreamLines.HEADER);
      }
      headerSeen = true;
      MultistreamLines.write(MultistreamLines.HEADER, out);
      return;
    }
    if (++proposals > MultistreamLimits.MAX_PROPOSALS) {
      throw MultistreamLines.violation("multistream: more than "
          + MultistreamLimits.MAX_PROPOSALS
          + " proposals, the last "
          + MultistreamLines.quote(line));
    }
    answer(line, out);
  }

  private void answer(String line, ByteBuf out) {
    if (line.equals(MultistreamLines.LIST)) {
      MultistreamLines.writeList(listed.get(), out);
    } else if (supported.test(line)) {
      agreed = line;
      MultistreamLines.write(line, out);
    } else {
      MultistreamLines.write(MultistreamLines.NOT_AVAILABLE, out);
    }
  }

  /** How far the negotiation is. */
  public NegotiationState state() {
    return agreed == null ? NegotiationState.NEGOTIATING : NegotiationState.AGREED;
  }

  /** The agreed protocol id, once {@link NegotiationState#AGREED}. */
  public Optional<String> agreed() {
    return Optional.ofNullable(agreed);
  }
}
