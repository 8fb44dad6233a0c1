package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.network.keystore.IdentityFile;
import picocli.CommandLine.Command;

/** {@code p2p id}: who this node is; makes it someone at first use. */
@Command(
    name = "id",
    description = "Shows the identity of a node, and creates it if there is none yet.",
    footer = {"", "The identity is a key; its file is made readable for its owner only."})
final class IdCommand extends NetworkCommand {
  IdCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws IOException {
    Path file = config.dataFolder().resolve(IdentityFile.NAME);
    Optional<HostKey> existing = IdentityFile.load(file);
    HostKey key = existing.isPresent() ? existing.get() : create(config);
    PeerId id = key.peerId();
    String name = config.name().orElse("");
    String publicKey = key.publicKey().data().toHex();
    out.tell(new JsonObject()
        .put("event", "identity")
        .put("peerId", id.toString())
        .put("cid", id.toCid())
        .put("name", name.isEmpty() ? null : name)
        .put("nodeType", config.nodeType().name())
        .put("keyType", key.publicKey().type().name())
        .put("publicKey", publicKey)
        .put("keyFile", file.toString())
        .put("created", existing.isEmpty()));
    out.say(row("peer id", out.style().bold(id.toString())));
    out.say(row("as a CID", id.toCid()));
    if (!name.isEmpty()) out.say(row("name", name));
    out.say(row("node type", config.nodeType().name().toLowerCase(Locale.ROOT)));
    out.say(row("public key", key.publicKey().type() + " " + publicKey));
    out.say(row("key file", file + (existing.isEmpty() ? " (just created)" : "")));
    return DONE;
  }

  private static HostKey create(P2PConfig config) throws IOException {
    try (DataFolder folder = DataFolder.open(config.dataFolder())) {
      return IdentityFile.loadOrCreate(folder, new SecureRandom());
    }
  }

  private static String row(String what, String value) {
    return String.format(Locale.ROOT, "%-11s %s", what, value);
  }
}
