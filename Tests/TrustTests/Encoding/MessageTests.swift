import JSON
import Testing

@testable import Trust

/// A message becomes a condition of an object, a line of a log, a line in a terminal: what others wrote stands in it short, and steers nothing.
@Suite struct MessageTests {
    /// Escape sequences, a line break, an override of the direction of writing, and a character of very many marks.
    private static let hostile = "a\u{1b}[2J\n\u{202e}\u{9b}e" + String(repeating: "\u{301}", count: 100_000)

    static let failures: [any Error & Sendable] = [
        VerificationFailure.artifactDigestMalformed(found: hostile), VerificationFailure.payloadMalformed(hostile),
        VerificationFailure.payloadType(found: hostile), VerificationFailure.digestMismatch(found: hostile, wanted: "sha256:0"),
        VerificationFailure.referenceMismatch(found: hostile, wanted: "r.example/a"), VerificationFailure.log(.logUnknown(id: hostile)),
        VerificationFailure.log(.proofMalformed(hostile)), VerificationFailure.log(.checkpointMalformed(hostile)),
        VerificationFailure.log(.entryMalformed(hostile)), VerificationFailure.log(.entryUnsupported(kind: hostile, version: hostile)),
        VerificationFailure.bundle(.bundleMalformed(hostile)), VerificationFailure.bundle(.bundleVersion(found: hostile)),
        VerificationFailure.bundle(.keyUnknown(hint: hostile)), VerificationFailure.statement(.statementMalformed(hostile)),
        VerificationFailure.statement(.predicateRejected(rule: hostile)), VerificationFailure.trustRoot(.rootMalformed(hostile)),
        VerificationFailure.identity(.subjectMismatch(found: hostile, wanted: "x")), KeyError.wrongLabel(found: hostile, wanted: "x"),
        KeyError.notPEM(hostile), KeyError.algorithmUnsupported(hostile), KeyError.malformed(hostile),
        KeyError.passwordMissing(label: hostile), KeyError.passwordUnreadable(hostile), KeyError.encryptionUnsupported(hostile),
        KeyPluginFailure.version(found: hostile),
    ]

    @Test(arguments: failures.indices)
    func `what others wrote is cut, and nothing of it steers a terminal`(index: Int) {
        let message = "\(Self.failures[index])"
        #expect(message.unicodeScalars.count < 4096)
        expectPrintable(message)
    }

    @Test func `what a policy's rule holds stands in its problem as text`() {
        for rule in [#"{"path":"a","\u001b[2J\u202e":1}"#, #"{"path":"a[\u202e]","exact":1}"#, #"{"path":"a","range":{"\u0000":1}}"#] {
            let problem = #expect(throws: PolicyProblem.self) { try PredicateRule(try JSON.parse(rule), at: "rules[0]") }
            expectPrintable("\(problem?.description ?? "")")
        }
    }

    private func expectPrintable(_ message: String) {
        #expect(!message.isEmpty)
        let steering = message.unicodeScalars.first { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.properties.generalCategory == .format
        }
        #expect(steering == nil, "\(message.debugDescription.prefix(400))")
    }
}
