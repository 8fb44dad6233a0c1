package org.openagi.p2p.benchmarks.compress;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * JSON as agents exchange it: tool calls and their results, plans, chat, telemetry. Names of fields
 * repeat, as they do in programs; identifiers, times, numbers and texts are drawn anew for each message,
 * words by their rank as in natural language: two of three are frequent words of English, the others names
 * and terms. Messages of the first kind have fields that the shared dictionary was not made of, those of
 * the second are JSON-RPC calls of tools, whose fields it knows. The same seed gives the same messages. Not
 * safe for threads.
 */
public final class AgentMessages {
  private static final String[] SYLLABLES = {
    "ra", "ten", "mo", "li", "ver", "con", "da", "tion", "per", "in", "su", "ble", "ka", "ment",
    "or", "pre", "ex", "al", "ni", "to", "gra", "phi", "est", "un"
  };
  private static final String[] TOOLS = {
    "search_documents",
    "read_file",
    "run_query",
    "fetch_url",
    "create_ticket",
    "send_mail",
    "schedule_job",
    "summarize"
  };
  private static final String[] STATES = {"pending", "running", "blocked", "done", "failed"};
  private static final int WORDS = 4000;

  /** By falling frequency. */
  private static final String[] ENGLISH =
      ("the to of and a in is for that on with it as be this by are from at or we not have was an will"
              + " can has if you all they but more their our which when one also new there its would time"
              + " into been only some should than them other were first then after any no so work use two"
              + " now each need before over because these between may what out next change both does made"
              + " same way about part up last team still plan high under check please set add where since"
              + " already again open few long how until without week case start low during being current"
              + " while against most keep cost found must through point day market left yet good today"
              + " price second end call power cannot later move number side such group small local large"
              + " available reason done review risk customer however across several area possible less"
              + " water energy ready move early within result north supply build morning known building"
              + " production once level demand budget late road design south update common draft option"
              + " million evening contract increase offer train response deadline river quarter region"
              + " delay store storm east half expected above factory route agreed lower ship shipment")
          .split(" ");

  private final RandomGenerator dice;
  private final String[] words = new String[WORDS];
  private final String[] agents = new String[40];
  private final StringBuilder out = new StringBuilder();
  private long clockMillis = 1_767_225_600_000L;

  /** Messages of one conversation. */
  public AgentMessages(long seed) {
    dice = RandomGeneratorFactory.of("Xoroshiro128PlusPlus").create(seed);
    for (int i = 0; i < words.length; i++) words[i] = i < ENGLISH.length ? ENGLISH[i] : word();
    for (int i = 0; i < agents.length; i++) agents[i] = "agent-" + hex(6);
  }

  private String word() {
    StringBuilder made = new StringBuilder();
    for (int i = 1 + dice.nextInt(3); i >= 0; i--) {
      made.append(SYLLABLES[dice.nextInt(SYLLABLES.length)]);
    }
    return made.toString();
  }

  /** The next message, of about so many bytes: at least that, and less than a few hundred more. */
  public byte[] next(int bytes) {
    out.setLength(0);
    clockMillis += dice.nextInt(5000);
    int kind = dice.nextInt(bytes < 400 ? 2 : 5);
    out.append("{\"id\":\"").append(hex(16)).append("\",\"from\":\"").append(agent());
    out.append("\",\"ts\":").append(clockMillis).append(',');
    switch (kind) {
      case 0 -> telemetry(bytes);
      case 1 -> toolCall(bytes);
      case 2 -> toolResult(bytes);
      case 3 -> plan(bytes);
      default -> chat(bytes);
    }
    return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The next JSON-RPC call of a tool, or its result, of about so many bytes. */
  public byte[] nextCall(int bytes) {
    out.setLength(0);
    out.append("{\"jsonrpc\":\"2.0\",\"id\":").append(dice.nextInt(10_000));
    if (dice.nextBoolean()) {
      out.append(",\"method\":\"tools/call\",\"params\":{\"name\":\"");
      out.append(TOOLS[dice.nextInt(TOOLS.length)]).append("\",\"arguments\":{\"text\":\"");
      text(Math.max(20, bytes - out.length() - 60));
      out.append("\"},\"_meta\":{\"progressToken\":\"").append(hex(8)).append("\"}}}");
    } else {
      out.append(",\"result\":{\"content\":[");
      do {
        out.append("{\"type\":\"text\",\"text\":\"");
        text(Math.clamp(bytes - out.length() - 60, 20, 400));
        out.append("\"},");
      } while (out.length() < bytes - 100);
      end("],\"isError\":false}}");
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void telemetry(int bytes) {
    out.append("\"type\":\"telemetry\",\"metrics\":[");
    do {
      out.append("{\"name\":\"").append(pick(words, 60)).append('.').append(pick(words, 20));
      out.append("\",\"value\":").append(number()).append(",\"unit\":\"ms\"},");
    } while (out.length() < bytes - 30);
    end("]");
  }

  private void toolCall(int bytes) {
    out.append("\"type\":\"tool_call\",\"tool\":\"").append(TOOLS[dice.nextInt(TOOLS.length)]);
    out.append("\",\"call_id\":\"").append(hex(8)).append("\",\"arguments\":{\"limit\":");
    out.append(dice.nextInt(100)).append(",\"include_archived\":").append(dice.nextBoolean());
    out.append(",\"query\":\"");
    text(Math.max(20, bytes - out.length() - 4));
    out.append("\"}");
  }

  private void toolResult(int bytes) {
    out.append("\"type\":\"tool_result\",\"call_id\":\"").append(hex(8));
    out.append("\",\"status\":\"ok\",\"results\":[");
    do {
      out.append("{\"document_id\":\"").append(hex(12)).append("\",\"score\":").append(number());
      out.append(",\"title\":\"");
      text(30);
      out.append("\",\"snippet\":\"");
      text(120);
      out.append("\",\"updated_at\":")
          .append(clockMillis - dice.nextInt(1 << 30))
          .append("},");
    } while (out.length() < bytes - 100);
    end("]");
  }

  private void plan(int bytes) {
    out.append("\"type\":\"plan\",\"goal\":\"");
    text(60);
    out.append("\",\"steps\":[");
    int step = 1;
    do {
      out.append("{\"step\":").append(step++).append(",\"action\":\"");
      out.append(TOOLS[dice.nextInt(TOOLS.length)]).append("\",\"state\":\"");
      out.append(STATES[dice.nextInt(STATES.length)]).append("\",\"assignee\":\"");
      out.append(agent()).append("\",\"depends_on\":[").append(dice.nextInt(step));
      out.append("],\"reason\":\"");
      text(80);
      out.append("\"},");
    } while (out.length() < bytes - 100);
    end("]");
  }

  private void chat(int bytes) {
    out.append("\"type\":\"chat\",\"role\":\"assistant\",\"conversation_id\":\"")
        .append(hex(12));
    out.append("\",\"content\":\"");
    text(Math.max(20, bytes - out.length() - 60));
    out.append("\",\"tokens\":{\"prompt\":").append(dice.nextInt(8000));
    out.append(",\"completion\":").append(dice.nextInt(2000)).append('}');
  }

  /** In place of the last comma. */
  private void end(String bracket) {
    out.setLength(out.length() - 1);
    out.append(bracket);
  }

  private void text(int bytes) {
    int end = out.length() + bytes;
    while (out.length() < end) {
      out.append(pick(words, WORDS));
      out.append(dice.nextInt(12) == 0 ? ". " : " ");
    }
    out.setLength(out.length() - 1);
  }

  /** Small ranks far more often than large ones. */
  private String pick(String[] from, int among) {
    return from[(int) Math.floor(Math.pow(among, dice.nextDouble())) - 1];
  }

  private String agent() {
    return agents[dice.nextInt(agents.length)];
  }

  private String number() {
    return String.format(Locale.ROOT, "%.3f", dice.nextDouble() * 1000);
  }

  private String hex(int digits) {
    StringBuilder made = new StringBuilder();
    for (int i = 0; i < digits; i++) made.append(Character.forDigit(dice.nextInt(16), 16));
    return made.toString();
  }
}
