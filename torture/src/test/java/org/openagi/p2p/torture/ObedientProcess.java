package org.openagi.p2p.torture;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An {@link ObedientNode} in a process of its own. Confined to one thread. */
final class ObedientProcess implements AutoCloseable {
  private static final int ANSWER_SECONDS = 120;

  private final Process process;
  private final Writer input;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final String name;
  private final String address;

  private ObedientProcess(String name, Process process) throws Exception {
    this.name = name;
    this.process = process;
    this.input = process.outputWriter();
    Thread.ofVirtual().start(this::listen);
    this.address = answer("its start");
  }

  static ObedientProcess start(String name, Path folder) throws Exception {
    File log = folder.resolve(name + ".log").toFile();
    Process process = new ProcessBuilder(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            ObedientNode.class.getName(),
            name,
            folder.resolve(name).toString()))
        .redirectError(log)
        .start();
    return new ObedientProcess(name, process);
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  /** Says a line and returns the words of the answer. */
  String[] ask(String line) throws Exception {
    input.write(line + "\n");
    input.flush();
    return answer(line).split(" ", -1);
  }

  /** The answer as numbers. */
  long[] numbers(String line) throws Exception {
    return java.util.Arrays.stream(ask(line)).mapToLong(Long::parseLong).toArray();
  }

  private String answer(String question) throws InterruptedException {
    String answer = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
    if (answer == null || answer.isEmpty()) {
      throw new AssertionError(name + " did not answer to " + question);
    }
    return answer;
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) answers.add(line);
    } catch (IOException e) {
      answers.add(""); // ended while it spoke
    }
    answers.add("");
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
