package org.openagi.p2p.wire.multistream;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The side of a multistream-select negotiation that proposes protocols, best first.
 *
 * <p>{@link #start} writes the header and the first proposal together, so that an accepted first
 * proposal costs one round trip. With a single proposal even that can be hidden: see {@link
 * #mayWriteAhead}.
 *
 * <p>Confined to one thread. The caller owns all buffers, keeps bytes of incomplete lines (never more
 * than {@link MultistreamLimits#MAX_LINE_BYTES} + 1) and enforces the deadline.
 *
 * @see "libp2p specs: connections/README.md, multistream-select"
 */
public final class MultistreamInitiator {
  private final List<String> protocols;
  private NegotiationState state = NegotiationState.NEGOTIATING;
  private boolean headerSeen;
  private int proposal;

  /**
   * @param protocols protocol ids in order of preference, 1..{@link MultistreamLimits#MAX_PROPOSALS}
   *     of them
   * @throws IllegalArgumentException if there are none or too many, or one is no usable id
   */
  public MultistreamInitiator(List<String> protocols) {
    this.protocols = List.copyOf(protocols);
    if (protocols.isEmpty() || protocols.size() > MultistreamLimits.MAX_PROPOSALS) {
      throw new IllegalArgumentException(protocols.size()
          + " protocols to propose, allowed are 1.."
          + MultistreamLimits.MAX_PROPOSALS);
    }
    this.protocols.forEach(MultistreamLines::requireProtocolId);
  }

  /** Appends the header and the first proposal to {@code out}. To be called once, first. */
  public void start(ByteBuf out) {
    MultistreamLines.write(MultistreamLines.HEADER, out);
    MultistreamLines.write(protocols.get(0), out);
  }

  /**
   * Whether data of the proposed protocol may be sent right behind {@link #start}, before the answer.
   * Safe with a single proposal only: a responder that refuses it would take the data for the next
   * proposal. With one, there is no next, and a refusal ends the stream anyway.
   */
  public boolean mayWriteAhead() {
    return protocols.size() == 1;
  }

  /**
   * Takes in the other side's answers.
   *
   * @param in complete lines are consumed; once {@link NegotiationState#AGREED}, everything left in
   *     it belongs to the agreed protocol and is untouched
   * @param out receives the next proposal, if one is due
   * @return the new state
   * @throws ProtocolViolationException if the other side does not speak multistream-select 1.0, or
   *     answers with something that was not proposed; the stream is to be closed
   */
  public NegotiationState onData(ByteBuf in, ByteBuf out) throws ProtocolViolationException {
    while (state == NegotiationState.NEGOTIATING) {
      Optional<String> line = MultistreamLines.read(in);
      if (line.isEmpty()) break;
      onLine(line.get(), out);
    }
    return state;
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
    } else if (line.equals(protocols.get(proposal))) {
      state = NegotiationState.AGREED;
    } else if (line.equals(MultistreamLines.NOT_AVAILABLE)) {
      proposal++;
      if (proposal == protocols.size()) {
        state = NegotiationState.REFUSED;
      } else {
        MultistreamLines.write(protocols.get(proposal), out);
      }
    } else {
      throw MultistreamLines.violation("multistream: answer "
          + MultistreamLines.quote(line)
          + " to proposal "
          + MultistreamLines.quote(protocols.get(proposal)));
    }
  }

  /** How far the negotiation is. */
  public NegotiationState state() {
    return state;
  }

  /** The agreed protocol id, once {@link NegotiationState#AGREED}. */
  public Optional<String> agreed() {
    return state == NegotiationState.AGREED
        ? Optional.of(protocols.get(proposal))
        : Optional.empty();
  }

  /** What is or was proposed, in order; for error messages. */
  public List<String> protocols() {
    return protocols;
  }
}
