package org.openagi.p2p.node.cli;

import java.util.Locale;
import java.util.OptionalLong;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.transfer.Transfer;
import org.openagi.p2p.network.transfer.TransferOutcome;
import org.openagi.p2p.network.transfer.TransferProgress;
import org.openagi.p2p.network.transfer.TransferState;

/** Prints how transfers go. Safe for any thread. */
final class TransferPrinter {
  private static final int BAR_CHARACTERS = 24;

  private final Output out;

  TransferPrinter(Output out) {
    this.out = out;
  }

  /** One line a change for scripts, a bar for people. */
  void progress(Transfer transfer) {
    TransferState state = transfer.state();
    if (state.isLast()) return;
    TransferProgress progress = transfer.progress();
    JsonObject object = object("progress", transfer)
        .put("state", state.name().toLowerCase(Locale.ROOT))
        .put("bytes", progress.movedBytes())
        .put("durableBytes", progress.durableBytes())
        .put("bytesPerSecond", Math.round(progress.bytesPerSecond()));
    progress.totalBytes().ifPresent(total -> object.put("totalBytes", total));
    out.tell(object.put("streams", progress.streams()));
    out.show(bar(transfer.name(), state, progress));
  }

  private static String bar(String name, TransferState state, TransferProgress progress) {
    StringBuilder line = new StringBuilder(SafeText.of(name)).append(' ');
    OptionalLong total = progress.totalBytes();
    if (total.isPresent()) {
      long all = Math.max(1, total.getAsLong());
      double part = Math.min(1.0, (double) progress.movedBytes() / all);
      int full = (int) (part * BAR_CHARACTERS);
      line.append('[').repeat('=', full).repeat(' ', BAR_CHARACTERS - full).append("] ");
      line.append((int) (part * 100)).append(" % of ").append(Amounts.bytes((double) all));
    } else {
      line.append(Amounts.bytes((double) progress.movedBytes()));
    }
    if (state != TransferState.RUNNING)
      return line.append(", ").append(state.name().toLowerCase(Locale.ROOT)).toString();
    double rate = progress.bytesPerSecond();
    line.append(", ").append(Amounts.bytes(rate)).append("/s");
    if (total.isPresent() && rate >= 1) {
      long left = Math.round((total.getAsLong() - progress.movedBytes()) / rate);
      line.append(", ").append(Amounts.duration(left)).append(" left");
    }
    return line.toString();
  }

  /** The end of a transfer this node sends. */
  void sent(Transfer transfer, TransferOutcome outcome) {
    switch (outcome) {
      case TransferOutcome.Completed done ->
        out.tell(
            completed("copied", transfer, done),
            out.style().good("copied") + " " + SafeText.of(transfer.name()) + " to "
                + SafeText.of(transfer.peer()) + ": " + summary(done));
      case TransferOutcome.Refused refused -> out.tell(failed("not-copied", transfer, refused));
      case TransferOutcome.Failed failed -> out.tell(failed("not-copied", transfer, failed));
    }
  }

  /** The end of a transfer this node receives. */
  void received(Transfer transfer, TransferOutcome outcome) {
    switch (outcome) {
      case TransferOutcome.Completed done -> {
        String file = transfer.file().map(Object::toString).orElse("");
        out.tell(
            completed("received", transfer, done).put("file", file),
            out.style().good("received") + " " + SafeText.of(file) + ": " + summary(done));
      }
      case TransferOutcome.Refused refused -> notReceived(transfer, refused);
      case TransferOutcome.Failed failed -> notReceived(transfer, failed);
    }
  }

  private void notReceived(Transfer transfer, TransferOutcome outcome) {
    out.tell(
        failed("not-received", transfer, outcome),
        out.style().bad("not received") + " " + SafeText.of(transfer.name()) + ": "
            + SafeText.of(reason(outcome)));
  }

  /** In words why it failed; of remote origin, to be escaped. */
  static String reason(TransferOutcome outcome) {
    return switch (outcome) {
      case TransferOutcome.Completed done -> "completed";
      case TransferOutcome.Refused refused ->
        "refused by the other side: " + refused.reason() + ", " + refused.detail();
      case TransferOutcome.Failed failed -> failed.reason() + ", " + failed.detail();
    };
  }

  private static String summary(TransferOutcome.Completed done) {
    double seconds = Math.max(done.took().toMillis() / 1000.0, 0.001);
    String again = done.streams() > 1 ? ", " + done.streams() + " streams" : "";
    return String.format(
        Locale.ROOT,
        "%s in %.1f s, %s/s%s, sha256 %s",
        Amounts.bytes((double) done.bytes()),
        seconds,
        Amounts.bytes(done.bytes() / seconds),
        again,
        done.sha256().toHex());
  }

  private static JsonObject completed(
      String event, Transfer transfer, TransferOutcome.Completed done) {
    return object(event, transfer)
        .put("bytes", done.bytes())
        .put("sha256", done.sha256().toHex())
        .put("seconds", done.took().toMillis() / 1000.0)
        .put("streams", done.streams());
  }

  private static JsonObject failed(String event, Transfer transfer, TransferOutcome outcome) {
    return object(event, transfer).put("reason", reason(outcome));
  }

  private static JsonObject object(String event, Transfer transfer) {
    return EventPrinter.object(event)
        .put("id", transfer.id().toString())
        .put("peer", transfer.peer())
        .put("name", transfer.name());
  }
}
