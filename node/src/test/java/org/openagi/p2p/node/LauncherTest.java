package org.openagi.p2p.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.testkit.Repository;

/**
 * Goal: the launcher script finds Java, builds when it must and says what is missing. Method: a copy of
 * it in a made-up source tree, with scripts in place of Java and Maven that write down how they were
 * called, and a PATH that holds nothing else than the few tools the launcher may use.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
  private static final List<String> TOOLS = List.of(
      "bash",
      "cat",
      "cp",
      "date",
      "dirname",
      "find",
      "grep",
      "head",
      "ln",
      "mkdir",
      "mv",
      "readlink",
      "rm",
      "rmdir",
      "sed",
      "sleep",
      "sort",
      "tail");
  private static final int LIMIT_SECONDS = 60;

  private record Result(int status, String out, String err) {}

  @TempDir
  Path folder;

  private Path tree;
  private Path bin;
  private Path places;

  @BeforeEach
  void makeTheTree() throws IOException {
    tree = Files.createDirectories(folder.resolve("a tree"));
    bin = Files.createDirectories(folder.resolve("bin"));
    places = Files.createDirectories(folder.resolve("places"));
    Files.copy(Repository.file("p2p"), tree.resolve("p2p"));
    Files.setPosixFilePermissions(
        tree.resolve("p2p"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(tree.resolve("pom.xml"), "<project/>");
    for (String module : List.of("core", "benchmarks")) {
      Files.createDirectories(tree.resolve(module + "/src/main/java"));
      Files.writeString(tree.resolve(module + "/pom.xml"), "<project/>");
      Files.writeString(tree.resolve(module + "/src/main/java/A.java"), "class A {}");
      Files.writeString(tree.resolve(module + "/src/main/java/B.java"), "class B {}");
    }
    age(tree);
    for (String tool : TOOLS) linkTool(tool);
  }

  @Test
  void saysWhatToInstallWhenThereIsNoJava() throws Exception {
    Result result = run();
    assertEquals(1, result.status);
    assertTrue(result.err.contains("a JDK of version 21 or newer is needed"), result.err);
    assertTrue(result.err.contains("apt-get install openjdk-21-jdk maven"), result.err);
    assertEquals("", result.out);
  }

  @Test
  void saysWhichJavaIsTooOld() throws Exception {
    java(bin.resolve("../old"), "17.0.15");
    Files.createSymbolicLink(bin.resolve("java"), folder.resolve("old/bin/java"));
    Result result = run();
    assertEquals(1, result.status);
    assertTrue(result.err.contains("too old: 17 in "), result.err);
  }

  @Test
  void prefersANewerJavaElsewhereToAnOldOneOnThePath() throws Exception {
    java(folder.resolve("old"), "17.0.15");
    Files.createSymbolicLink(bin.resolve("java"), folder.resolve("old/bin/java"));
    java(places.resolve("jdk-21"), "21.0.4");
    java(places.resolve("jdk-25"), "25");
    maven("");
    assertTrue(run("id").out.startsWith("jdk-25 "));
  }

  @Test
  void takesTheJavaThatTheUserNames() throws Exception {
    java(places.resolve("jdk-25"), "25");
    java(places.resolve("jdk-21"), "21.0.4");
    maven("");
    Path named = places.resolve("jdk-21");
    assertTrue(run(List.of("P2P_JAVA=" + named), "id").out.startsWith("jdk-21 "));
    assertTrue(
        run(List.of("P2P_JAVA=" + named.resolve("bin/java")), "id").out.startsWith("jdk-21 "));
    assertTrue(run(List.of("JAVA_HOME=" + named), "id").out.startsWith("jdk-21 "));
    Result wrong = run(List.of("P2P_JAVA=/nowhere"), "id");
    assertEquals(1, wrong.status);
    assertTrue(wrong.err.contains("P2P_JAVA=/nowhere is not a Java of version 21"), wrong.err);
  }

  @Test
  void saysWhatToInstallWhenThereIsNoMaven() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    Result result = run("id");
    assertEquals(1, result.status);
    assertTrue(result.err.contains("Maven is needed"), result.err);
    assertTrue(result.err.contains("apt-get install maven"), result.err);
  }

  @Test
  void saysThatAJdkIsNeededToBuildWhenThereIsOnlyARuntime() throws Exception {
    java(places.resolve("jre-21"), "21.0.4");
    Files.delete(places.resolve("jre-21/bin/javac"));
    maven("");
    Result result = run("id");
    assertEquals(1, result.status);
    assertTrue(result.err.contains("a JDK of version 21 or newer is needed"), result.err);
  }

  @Test
  void buildsOnFirstUseAndWhenSourcesChanged() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    maven("");
    Result first = run("send", "bob", "two words", "");
    assertEquals(0, first.status, first.err);
    assertTrue(first.err.contains("p2p: building"), first.err);
    assertTrue(first.out.endsWith(" Main [send] [bob] [two words] []\n"), first.out);
    assertEquals("", run("id").err);
    assertEquals(1, builds());

    Files.setLastModifiedTime(
        tree.resolve("core/src/main/java/A.java"), FileTime.from(Instant.now().plusSeconds(5)));
    run("id");
    assertEquals(2, builds());
  }

  @Test
  void noticesADeletedSource() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    maven("");
    run("id");
    Files.delete(tree.resolve("core/src/main/java/B.java"));
    Files.setLastModifiedTime(
        tree.resolve("core/src/main/java"), FileTime.from(Instant.now().plusSeconds(5)));
    run("id");
    assertEquals(2, builds());
  }

  @Test
  void showsTheErrorsOfAFailedBuildAndTriesAgainNextTime() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    maven("echo '[ERROR] A.java:[1,1] no such type'; exit 1");
    Result result = run("id");
    assertEquals(1, result.status);
    assertTrue(result.err.contains("A.java:[1,1] no such type"), result.err);
    assertTrue(result.err.contains(".p2p-build/build.log"), result.err);
    maven("");
    assertEquals(0, run("id").status);
  }

  @Test
  void buildsOnceWhenTwoStartAtTheSameTime() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    maven("until [ -e '" + folder.resolve("go") + "' ]; do sleep 0.05; done");
    Process one = start(List.of(), "id");
    awaitFile(folder.resolve("mvn.log"));
    Process two = start(List.of(), "id");
    String waiting = two.errorReader(StandardCharsets.UTF_8).readLine();
    assertTrue(waiting.contains("waiting for another build"), waiting);
    Files.createFile(folder.resolve("go"));
    assertEquals(0, finish(one).status);
    assertEquals(0, finish(two).status);
    assertEquals(1, builds());
  }

  @Test
  void takesOverTheLockOfAProcessThatDied() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    maven("");
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Files.createDirectories(tree.resolve(".p2p-build"));
    Files.createSymbolicLink(tree.resolve(".p2p-build/lock"), Path.of("" + dead.pid()));
    assertEquals(0, run("id").status);
    assertFalse(Files.isSymbolicLink(tree.resolve(".p2p-build/lock")));
  }

  @Test
  void runsThroughASymbolicLinkFromAnyFolder() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    maven("");
    Path link = folder.resolve("linked");
    Files.createSymbolicLink(link, Path.of("a tree/p2p"));
    Result result = finish(start(link, List.of(), "id"));
    assertEquals(0, result.status, result.err);
    assertTrue(result.out.contains(tree.toRealPath() + "/.p2p-build/app-"), result.out);
  }

  @Test
  void keepsItsOwnVariablesFromTheProgram() throws Exception {
    java(places.resolve("jdk-21"), "21.0.4");
    maven("");
    Result result = run(List.of("P2P_JAVA_OPTS=-Xmx99m -Dx=y", "P2P_NAME=alice"), "id");
    assertTrue(result.out.contains(" -Xmx99m -Dx=y "), result.out);
    assertTrue(result.out.contains("variables: P2P_NAME=alice\n"), result.out);
  }

  private long builds() throws IOException {
    return Files.readAllLines(folder.resolve("mvn.log")).size();
  }

  private void java(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    String name = home.normalize().getFileName().toString();
    script(home.resolve("bin/java"), """
        case "$*" in *warm-up*) exit 0 ;; esac
        variables=''
        for name in ${!P2P_*}; do variables="$variables $name=${!name}"; done
        shown='' more=''
        for word; do
          if [ -n "$more" ]; then more="$more [$word]"
          elif [ "$word" = org.openagi.p2p.node.Main ]; then more=' Main'
          else shown="$shown $word"; fi
        done
        echo "%s $shown$more"
        [ -z "$variables" ] || echo "variables:$variables"
        """.formatted(name));
    script(home.resolve("bin/javac"), "exit 1");
  }

  /** Maven's part: notes that it ran, and leaves the files that a build leaves. */
  private void maven(String first) throws IOException {
    script(bin.resolve("mvn"), """
        echo "JAVA_HOME=$JAVA_HOME $*" >>'%s'
        %s
        for word; do
          case $word in -DoutputDirectory=*) echo jar >"${word#*=}/p2p-core-1.jar" ;; esac
        done
        for module in benchmarks simulator; do
          mkdir -p $module/target/run
          echo jar >$module/target/run/p2p-$module-1.jar
        done
        """.formatted(folder.resolve("mvn.log"), first));
  }

  private void linkTool(String tool) throws IOException {
    for (String place : List.of("/bin", "/usr/bin", "/opt/homebrew/bin", "/usr/local/bin")) {
      Path file = Path.of(place, tool);
      if (Files.isExecutable(file)) {
        Files.createSymbolicLink(bin.resolve(tool), file);
        return;
      }
    }
    throw new IOException("no " + tool + " here");
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/usr/bin/env bash\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes every file older than the build that follows, as in a tree that was cloned before. */
  private static void age(Path root) throws IOException {
    FileTime old = FileTime.from(Instant.now().minusSeconds(60));
    try (var all = Files.walk(root)) {
      for (Path file : (Iterable<Path>) all::iterator) Files.setLastModifiedTime(file, old);
    }
  }

  private Result run(String... args) throws Exception {
    return run(List.of(), args);
  }

  private Result run(List<String> variables, String... args) throws Exception {
    return finish(start(variables, args));
  }

  private Process start(List<String> variables, String... args) throws IOException {
    return start(tree.resolve("p2p"), variables, args);
  }

  private Process start(Path script, List<String> variables, String... args) throws IOException {
    var command = new ArrayList<String>();
    command.add(script.toString());
    command.addAll(Arrays.asList(args));
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("P2P_JAVA_PLACES", places + "/*");
    for (String variable : variables) {
      int at = variable.indexOf('=');
      builder.environment().put(variable.substring(0, at), variable.substring(at + 1));
    }
    return builder.start();
  }

  private static Result finish(Process process) throws Exception {
    process.getOutputStream().close();
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "the launcher hangs");
    return new Result(
        process.exitValue(),
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8),
        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  private static void awaitFile(Path file) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!Files.exists(file)) {
      assertTrue(System.nanoTime() < deadline, () -> file + " never came");
      Thread.onSpinWait();
    }
  }
}
