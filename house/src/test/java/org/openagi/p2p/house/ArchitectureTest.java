package org.openagi.p2p.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess.Predicates;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which room may know which other room, and what the rooms of pure logic may not touch. */
class ArchitectureTest {
  private static final String BASE = "org.openagi.p2p.";
  private static final String[] PURE = {
    BASE + "core..", BASE + "wire..", BASE + "protocols..", BASE + "overlay..", BASE + "messaging.."
  };
  private static final JavaClasses CLASSES = new ClassFileImporter()
      .withImportOption(new ImportOption.DoNotIncludeTests())
      .importPackages("org.openagi.p2p");

  /** Rows are read "left may not depend on any of the right". */
  @TestFactory
  Stream<DynamicTest> modulesDependOnlyDownwards() {
    return Stream.of(
            forbid(
                "core",
                "wire",
                "protocols",
                "overlay",
                "messaging",
                "net",
                "network",
                "api",
                "node"),
            forbid("wire", "protocols", "overlay", "messaging", "net", "network", "api", "node"),
            forbid("protocols", "wire", "overlay", "messaging", "net", "network", "api", "node"),
            forbid("messaging", "wire", "protocols", "net", "network", "api", "node"),
            forbid("net", "messaging", "overlay", "network", "api", "node"),
            forbid("overlay", "wire", "protocols", "messaging", "net", "network", "api", "node"),
            forbid("p2pd", "wire", "messaging", "overlay", "network", "api", "node"),
            forbid("network", "p2pd", "api", "node", "simulator", "benchmarks"),
            forbid("api", "wire", "protocols", "net", "p2pd", "node", "simulator", "benchmarks"),
            forbid("node", "simulator", "benchmarks"))
        .flatMap(s -> s);
  }

  private static Stream<DynamicTest> forbid(String from, String... targets) {
    return Stream.of(targets)
        .map(to -> DynamicTest.dynamicTest(from + " does not know " + to, () -> noClasses()
            .that()
            .resideInAPackage(BASE + from + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(BASE + to + "..")
            .check(CLASSES)));
  }

  @Test
  void protocolPackagesDoNotKnowEachOther() {
    slices()
        .matching(BASE + "protocols.(*)..")
        .should()
        .notDependOnEachOther()
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  /** Machines of the overlay are wired together by their ports, in the package {@code node} only. */
  @Test
  void overlayPackagesDoNotKnowEachOther() {
    slices()
        .matching(BASE + "overlay.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            resideInAnyPackage(BASE + "overlay.node.."), resideInAnyPackage(BASE + "overlay.."))
        .check(CLASSES);
  }

  @Test
  void wirePackagesDoNotKnowEachOther() {
    slices().matching(BASE + "wire.(*)..").should().notDependOnEachOther().check(CLASSES);
  }

  @Test
  void packagesOfCoreAreFreeOfCycles() {
    slices().matching(BASE + "core.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nettyChannelsStayWhereSocketsAre() {
    noClasses()
        .that(resideInAnyPackage("org.openagi.p2p..")
            .and(not(BASE + "net..", BASE + "node..", BASE + "benchmarks..")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..")
        .check(CLASSES);
  }

  @Test
  void coreAndProtocolsDoNotKnowNetty() {
    noClasses()
        .that()
        .resideInAnyPackage(BASE + "core..", BASE + "protocols..", BASE + "overlay..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(CLASSES);
  }

  @Test
  void logicUsesNoSocketsThreadsOrExecutors() {
    noClasses()
        .that()
        .resideInAnyPackage(
            BASE + "wire..", BASE + "protocols..", BASE + "overlay..", BASE + "messaging..")
        .should()
        .dependOnClassesThat(describe(
            "sockets, threads or executors",
            c -> c.getName().startsWith("java.nio.channels.")
                || FORBIDDEN_TYPES.contains(c.getName())
                || c.isAssignableTo(java.util.concurrent.Executor.class)))
        .check(CLASSES);
  }

  private static final Set<String> FORBIDDEN_TYPES = Set.of(
      "java.lang.Thread",
      "java.net.Socket",
      "java.net.ServerSocket",
      "java.net.DatagramSocket",
      "java.net.MulticastSocket",
      "java.util.Timer",
      "java.util.concurrent.Executors",
      "java.util.concurrent.ThreadLocalRandom");

  @Test
  void logicReadsNoClockAndRollsNoDice() {
    noClasses()
        .that(resideInAnyPackage(PURE).and(notNamed("org.openagi.p2p.core.time.SystemTimeSource")))
        .should()
        .callMethodWhere(Predicates.target(describe(
            "a clock or a source of randomness of its own",
            target -> FORBIDDEN_CALLS.contains(
                target.getOwner().getSimpleName() + "." + target.getName()))))
        .check(CLASSES);
  }

  private static final Set<String> FORBIDDEN_CALLS = Set.of(
      "System.nanoTime",
      "System.currentTimeMillis",
      "Instant.now",
      "Clock.systemUTC",
      "LocalDateTime.now",
      "Math.random",
      "UUID.randomUUID",
      "ThreadLocalRandom.current",
      "Thread.sleep");

  @Test
  void nobodyButThePeopleOfTheConsolePrints() {
    noClasses()
        .that(resideInAnyPackage("org.openagi.p2p..")
            .and(not(BASE + "node..", BASE + "benchmarks..")))
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> not(String... packages) {
    return DescribedPredicate.not(resideInAnyPackage(packages));
  }

  private static DescribedPredicate<JavaClass> notNamed(String prefix) {
    return describe("not in " + prefix, c -> !c.getName().startsWith(prefix));
  }
}
