package org.openagi.p2p.messaging.bundle;

import com.github.luben.zstd.ZstdDictTrainer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openagi.p2p.testkit.SeededRandom;

/**
 * What the dictionary that every node has was made of: forms of JSON in use between agents (JSON-RPC and
 * the protocols of tools and agents on it, chat completions, events, logs, traces, metrics), filled with
 * identifiers, times, numbers and frequent English words. {@link #main} makes the dictionary.
 */
final class DictionaryCorpus {
  static final int DICTIONARY_BYTES = 8 << 10;
  static final int LEVEL = 1;

  private static final long SEED = 7;
  private static final int MESSAGES = 4000;
  private static final Pattern BLANK = Pattern.compile(
      "\\{(int|digit|float|name|words|word|sentence|hex|uuid|iso|ms|sec|verb|noun)(?::(\\d+))?}");
  private static final List<String> VERBS = List.of(
      "search, get, create, update, delete, list, read, write, send, run, fetch, find, query, execute, analyze, summarize, compute, validate, start, stop"
          .split(", "));
  private static final List<String> NOUNS = List.of(
      "file, document, user, message, task, record, order, data, report, event, node, model, result, account, project, table, image, page, session, config, status, item, query, memory, network"
          .split(", "));
  private static final List<String> ROLES =
      List.of("agent", "node", "worker", "planner", "service", "assistant", "server");

  private final List<String> forms = List.of(resource("dictionary-forms.txt").split("\n"));
  private final String[] words = resource("dictionary-words.txt").trim().split("\\s+");
  private final RandomGenerator dice;

  DictionaryCorpus(long seed) {
    dice = SeededRandom.of(seed);
  }

  private static String resource(String name) {
    try (InputStream in = DictionaryCorpus.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes the dictionary, and writes it to the file that is named. */
  public static void main(String[] args) throws IOException {
    Files.write(Path.of(args[0]), train());
  }

  static byte[] train() {
    DictionaryCorpus corpus = new DictionaryCorpus(SEED);
    List<byte[]> samples = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < MESSAGES; i++) {
      byte[] sample = corpus.message(i);
      samples.add(sample);
      bytes += sample.length;
    }
    ZstdDictTrainer trainer = new ZstdDictTrainer(bytes, DICTIONARY_BYTES, LEVEL);
    samples.forEach(trainer::addSample);
    return trainer.trainSamples();
  }

  /** One of the form of that number. */
  byte[] message(int form) {
    return BLANK
        .matcher(forms.get(form % forms.size()))
        .replaceAll(blank -> Matcher.quoteReplacement(
            fill(blank.group(1), blank.group(2) == null ? 0 : Integer.parseInt(blank.group(2)))))
        .getBytes(StandardCharsets.UTF_8);
  }

  private String fill(String kind, int n) {
    return switch (kind) {
      case "int" -> Integer.toString(dice.nextInt(5000));
      case "digit" -> Integer.toString(dice.nextInt(10));
      case "float" ->
        String.format(
            Locale.ROOT,
            "%." + (1 + dice.nextInt(3)) + "f",
            dice.nextDouble() * Math.pow(10, dice.nextInt(4)));
      case "name" -> pick(ROLES) + "-" + (dice.nextBoolean() ? hex(4) : dice.nextInt(100));
      case "word" -> word();
      case "words" -> words(n);
      case "sentence" -> sentence();
      case "hex" -> hex(n);
      case "uuid" -> hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12);
      case "iso" -> Instant.ofEpochMilli(millis()).toString();
      case "ms" -> Long.toString(millis());
      case "sec" -> Long.toString(millis() / 1000);
      case "verb" -> pick(VERBS);
      default -> pick(NOUNS);
    };
  }

  private String pick(List<String> from) {
    return from.get(dice.nextInt(from.size()));
  }

  /** Frequent words stand first in the list, and come up more often. */
  private String word() {
    return words[(int) Math.pow(words.length, dice.nextDouble()) - 1];
  }

  private String words(int n) {
    StringJoiner all = new StringJoiner(" ");
    for (int i = 0; i < n; i++) all.add(word());
    return all.toString();
  }

  private String sentence() {
    String text = words(5 + dice.nextInt(10));
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
  }

  private long millis() {
    return 1_735_000_000_000L + dice.nextLong(200_000_000_000L);
  }

  private String hex(int digits) {
    StringBuilder made = new StringBuilder();
    for (int i = 0; i < digits; i++) made.append(Character.forDigit(dice.nextInt(16), 16));
    return made.toString();
  }
}
