// Rule: the proxy writes no file. Only its training does, in a directory that nobody else can read.
package org.pgdeeplake.proxy;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class WritesNothingTest {
  private static final String WRITING =
      "write.*|new(BufferedWriter|OutputStream|ByteChannel)|copy|move|create.*|set.*";

  /** Whose classes are not looked at; LineQueue has standard output, which is open already. */
  private static ArchRule rule(String exempt) {
    return noClasses()
        .that()
        .haveNameNotMatching(".*\\.(" + exempt + ")")
        .should()
        .callMethodWhere(
            target(owner(nameMatching(Files.class.getName()))).and(target(nameMatching(WRITING))))
        .orShould()
        .callMethodWhere(target(owner(nameMatching(FileChannel.class.getName()))))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(FileOutputStream.class, FileWriter.class, RandomAccessFile.class);
  }

  @Test
  void onlyTheTrainingWrites() {
    var classes =
        new ClassFileImporter()
            .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());
    rule("Training|TrainingCertificate|log.LineQueue").check(classes);
    assertThat(rule("nobody").evaluate(classes).getFailureReport().toString())
        .as("what the rule finds")
        .contains("Training.run", "TrainingCertificate.create", "LineQueue");
  }
}
