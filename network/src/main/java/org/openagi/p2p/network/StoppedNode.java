package org.openagi.p2p.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.network.config.Compression;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.network.keystore.IdentityFile;
import org.openagi.p2p.network.link.MessageConfig;
import org.openagi.p2p.network.link.MessageQueue;
import org.openagi.p2p.network.link.QueueException;
import org.openagi.p2p.network.pins.PinStore;
import org.openagi.p2p.network.store.QueueFolder;

/** A node that does not run, to look at what it has to deliver. Holds its folder until it is closed. Safe for any thread. */
public final class StoppedNode implements AutoCloseable {
  private final DataFolder folder;
  private final QueueFolder messages;
  private final PinStore pins;
  private final MessageQueue queue;

  private StoppedNode(DataFolder folder, QueueFolder messages, PinStore pins, MessageQueue queue) {
    this.folder = folder;
    this.messages = messages;
    this.pins = pins;
    this.queue = queue;
  }

  /**
   * Takes the folder of a node.
   *
   * @throws IOException with one sentence: there is no queue in it, somebody holds it, or it is damaged
   */
  public static StoppedNode open(P2PConfig config) throws IOException {
    Path path = folderWithQueue(config);
    DataFolder folder = DataFolder.open(path);
    try {
      return open(config, folder);
    } catch (IOException | RuntimeException e) {
      folder.closeQuietly();
      throw e;
    }
  }

  /**
   * Reads the queue from end to end and changes nothing.
   *
   * @throws IOException with one sentence: there is no queue in the folder, somebody holds it, or it cannot be read
   */
  public static StoreReport verify(P2PConfig config) throws IOException {
    return QueueFolder.verify(folderWithQueue(config), config.deadLetters());
  }

  private static Path folderWithQueue(P2PConfig config) throws QueueException {
    Path path = config.dataFolder();
    if (Files.isDirectory(path.resolve(QueueFolder.FOLDER))) return path;
    throw new QueueException("no node runs with the data folder " + path
        + ", and no message queue is in it; name another one with --name or --data");
  }

  private static StoppedNode open(P2PConfig config, DataFolder folder) throws IOException {
    HostKey key = IdentityFile.load(folder.file(IdentityFile.NAME))
        .orElseThrow(() -> new QueueException("no identity key is in " + folder.path()));
    PinStore pins = PinStore.load(folder.path());
    TimeSource time = TimeSource.system();
    JournalConfig journal = JournalConfig.of(
            config.queueQuota(),
            JournalConfig.Sync.ALWAYS,
            config.messageTimeout(),
            QueueFolder.bootId())
        .withDeadLetters(config.deadLetters());
    QueueFolder messages = QueueFolder.open(folder.path(), journal, time, new JournalListener() {});
    MessageConfig defaults = MessageConfig.defaults();
    MessageConfig sending =
        defaults.withSend(defaults.send().withLifetime(config.messageTimeout()));
    if (config.compression() == Compression.OFF) sending = sending.withCompressionLevel(0);
    MessageQueue queue = MessageQueue.ofStopped(messages.store(), key, sending, time);
    return new StoppedNode(folder, messages, pins, queue);
  }

  /** What waits and what could not be delivered. */
  public MessageQueue queue() {
    return queue;
  }

  /** Who a name means: a peer id, or an alias that is pinned. */
  public Optional<PeerId> peer(String name) {
    Optional<PeerId> id = PeerNames.looksLikePeerId(name);
    return id.isPresent() ? id : pins.peer(name);
  }

  /** What a peer is called, if a name is pinned. */
  public Optional<String> name(PeerId peer) {
    return pins.alias(peer);
  }

  /** Makes durable what was changed and gives the folder back. */
  @Override
  public void close() {
    try {
      messages.close();
    } finally {
      folder.closeQuietly();
    }
  }
}
