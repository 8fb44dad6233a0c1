package org.openagi.p2p.node.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RememberedDelivery;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.network.keystore.OwnerOnly;
import org.openagi.p2p.network.link.Carried;
import org.openagi.p2p.network.link.MessageQueue;
import org.openagi.p2p.network.link.MessageWay;

/**
 * What {@code p2p queue} asks for: {@code queue.ls}, {@code queue.show}, {@code queue.retry}, {@code queue.drop}, {@code
 * queue.export}, {@code queue.import}, {@code queue.verify}. Safe for any thread.
 *
 * @see "docs/control.md"
 */
public final class QueueService implements ControlService {
  /** Characters of a payload that are shown. */
  static final int PREVIEW_CHARACTERS = 400;

  /** How long an import waits for the handlers; they go on after it. */
  private static final long IMPORT_SECONDS = 60;

  /** The node behind a queue. */
  public interface Node {
    /** Its queue, at this moment. */
    MessageQueue queue();

    /**
     * Who a name means.
     *
     * @throws IllegalArgumentException if the text is no name
     */
    Optional<PeerId> peer(String name);

    /** What a peer is called, if it has a name. */
    Optional<String> name(PeerId peer);

    /** Takes in what was carried here; completes when handlers are done with it. */
    CompletableFuture<List<Carried>> take(BundleFile file) throws IOException;
  }

  private final Node node;

  /** Works on the queue of a node. */
  public QueueService(Node node) {
    this.node = node;
  }

  @Override
  public void serve(ControlRequest request, Consumer<JsonObject> reply) throws Exception {
    switch (request.verb()) {
      case "queue.ls" -> list(request, reply);
      case "queue.show" -> reply.accept(show(request.requireText("id")));
      case "queue.retry" -> reply.accept(retry(request.requireText("id")));
      case "queue.drop" -> reply.accept(drop(request.requireText("id")));
      case "queue.export" -> reply.accept(export(request));
      case "queue.import" -> takeIn(request, reply);
      case "queue.verify" ->
        QueueReport.tell(
            node.queue()
                .verify()
                .orElseThrow(() -> new ControlException(
                    "the node keeps its messages in memory: there are no files to verify", false)),
            reply);
      default ->
        throw new ControlException(
            "no '" + request.verb() + "' here; there are queue.ls, queue.show, queue.retry,"
                + " queue.drop, queue.export, queue.import and queue.verify",
            true);
    }
  }

  private void list(ControlRequest request, Consumer<JsonObject> reply) throws IOException {
    Optional<String> to = request.text("to");
    PeerId recipient = to.isPresent() ? peer(to.get()) : null;
    node.queue().waiting(recipient).forEach(each -> reply.accept(describe(each)));
    node.queue().deadLetters(recipient).forEach(each -> reply.accept(describe(each)));
  }

  private PeerId peer(String name) throws ControlException {
    try {
      return node.peer(name)
          .orElseThrow(() -> new ControlException("no peer called '" + name + "' is known", false));
    } catch (IllegalArgumentException e) {
      throw new ControlException("'" + name + "': " + e.getMessage(), true);
    }
  }

  private JsonObject describe(StoredMessage message) {
    Delivery delivery = new RememberedDelivery(message);
    Outcome end = message.end();
    return new JsonObject()
        .put("event", "message")
        .put("id", message.messageId())
        .put("to", node.name(message.recipient()).orElse(null))
        .put("peerId", message.recipient().toString())
        .put("lane", message.lane().name())
        .put(
            "type",
            message.entry() == null ? null : delivery.message().messageType().name())
        .put("bytes", delivery.message().payload().length())
        .put("state", delivery.state().name())
        .put("way", end == null ? way(message.recipient()) : null)
        .put("code", code(end))
        .put("reason", reason(end))
        .put("created", delivery.createdAtMillis())
        .put("ended", delivery.endedAtMillis())
        .put("attempts", delivery.attempts());
  }

  private @Nullable String way(PeerId recipient) {
    return node.queue().way(recipient).map(MessageWay::name).orElse(null);
  }

  private static @Nullable String code(@Nullable Outcome end) {
    return end instanceof Outcome.Refused refused ? refused.reason().name() : null;
  }

  private static @Nullable String reason(@Nullable Outcome end) {
    return switch (end) {
      case Outcome.Refused refused -> refused.detail();
      case Outcome.Expired expired -> expired.reason();
      case Outcome.Kept kept -> kept.reason();
      case Outcome.Acknowledged acknowledged -> null;
      case null -> null;
    };
  }

  private JsonObject show(String id) throws ControlException {
    StoredMessage found = node.queue()
        .find(id)
        .orElseThrow(() -> new ControlException("no message " + id + " is known", false));
    String text = new RememberedDelivery(found).message().text();
    int shown = Math.min(text.length(), PREVIEW_CHARACTERS);
    return describe(found).put("number", found.number()).put("text", text.substring(0, shown));
  }

  private JsonObject retry(String id) throws IOException {
    Delivery again = node.queue().retry(id);
    return new JsonObject()
        .put("event", "retried")
        .put("id", id)
        .put("newId", again.messageId())
        .put("state", again.state().name());
  }

  private JsonObject drop(String id) throws IOException {
    StoredMessage dropped = node.queue().drop(id);
    return new JsonObject()
        .put("event", "dropped")
        .put("id", id)
        .put("peerId", dropped.recipient().toString())
        .put("waited", dropped.end() == null);
  }

  private JsonObject export(ControlRequest request) throws IOException {
    Path file = file(request);
    PeerId recipient = peer(request.requireText("to"));
    if (Files.exists(file)) {
      throw new ControlException(file + " exists; name a new file", false);
    }
    MessageQueue.Export export = node.queue().export(recipient);
    try {
      OwnerOnly.replace(file, export.file().unsafeArray());
    } catch (IOException e) {
      throw new ControlException("cannot write " + file + ": " + e.getMessage(), false);
    }
    return new JsonObject()
        .put("event", "exported")
        .put("file", file.toString())
        .put("peerId", recipient.toString())
        .put("messages", export.messages())
        .put("left", export.left())
        .put("bytes", export.file().length());
  }

  private static Path file(ControlRequest request) throws ControlException {
    Path file = Path.of(request.requireText("file"));
    if (!file.isAbsolute()) {
      throw new ControlException("'file' must be an absolute path, not " + file, true);
    }
    return file;
  }

  private void takeIn(ControlRequest request, Consumer<JsonObject> reply) throws Exception {
    Path file = file(request);
    BundleFile bundles;
    try {
      bundles = BundleFile.read(content(file));
    } catch (ProtocolViolationException e) {
      throw new ControlException(file + " is not taken: " + e.getMessage(), false);
    }
    try {
      List<Carried> taken = node.take(bundles).get(IMPORT_SECONDS, TimeUnit.SECONDS);
      taken.forEach(each -> reply.accept(describe(bundles, each)));
    } catch (TimeoutException e) {
      throw new ControlException(
          "after " + IMPORT_SECONDS + " s handlers still work on the messages of " + file
              + "; they go on with them",
          false);
    } catch (ExecutionException e) {
      throw new ControlException(file + " is not taken: " + e.getCause(), false);
    }
  }

  private static JsonObject describe(BundleFile from, Carried carried) {
    return new JsonObject()
        .put("event", "imported")
        .put("from", from.sender().toString())
        .put("lane", carried.lane().name())
        .put("settled", carried.settled())
        .put("known", carried.known())
        .put("refused", carried.refused());
  }

  private static byte[] content(Path file) throws IOException {
    try {
      long size = Files.size(file);
      if (size > BundleFile.MAX_BYTES) {
        throw new ControlException(
            file + " has " + size + " bytes, allowed are " + BundleFile.MAX_BYTES, false);
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new ControlException("no such file: " + file, false);
    }
  }
}
