import KubeCore
import Randomness
import Testing

@Suite struct FieldConflictTests {
    private func error(_ messages: [String], reason: String = "FieldManagerConflict") -> KubeError {
        KubeError(.conflict, status: 409, message: "", causes: messages.map { .init(reason: reason, message: $0, field: ".spec.a") })
    }

    @Test(
        "A cause says who owns the field, how and since when",
        arguments: [
            ("conflict with \"kubectl\"", FieldConflict(field: ".spec.a", manager: "kubectl")),
            (
                "conflict with \"kubectl-edit\" using apps/v1",
                FieldConflict(field: ".spec.a", manager: "kubectl-edit", apiVersion: "apps/v1")
            ),
            (
                "conflict with \"kubectl edit\" using v1 at 2026-01-01T00:00:00Z",
                FieldConflict(field: ".spec.a", manager: "kubectl edit", apiVersion: "v1", time: Timestamp(seconds: 1_767_225_600))
            ),
            (
                "conflict with \"c\" with subresource \"status\" using v1 at 2026-01-01T00:00:00Z",
                FieldConflict(
                    field: ".spec.a", manager: "c", subresource: "status", apiVersion: "v1", time: Timestamp(seconds: 1_767_225_600))
            ),
            (
                "conflict with \"c\" with subresource \"scale\"",
                FieldConflict(field: ".spec.a", manager: "c", subresource: "scale")
            ),
            (
                "conflict with \"a \\\"b\\\" \\\\ \\u00e9 \\x41 \\U0001f600 using\"",
                FieldConflict(field: ".spec.a", manager: "a \"b\" \\ é A 😀 using")
            ),
            // What servers have not said so far is shown as it is.
            ("conflict with", FieldConflict(field: ".spec.a", manager: "conflict with")),
            ("conflict with \"open", FieldConflict(field: ".spec.a", manager: "conflict with \"open")),
            ("conflict with \"\\xZZ\"", FieldConflict(field: ".spec.a", manager: "conflict with \"\\xZZ\"")),
            ("", FieldConflict(field: ".spec.a", manager: "")),
        ])
    func owner(message: String, conflict: FieldConflict) {
        #expect(error([message]).fieldConflicts == [conflict])
    }

    @Test func `Other errors have none`() {
        #expect(error(["conflict with \"x\""], reason: "FieldValueInvalid").fieldConflicts.isEmpty)
        #expect(KubeError(.conflict, status: 409, message: "").fieldConflicts.isEmpty)
    }

    @Test func `A conflict reads as a sentence`() {
        #expect("\(FieldConflict(field: ".a", manager: "m"))" == ".a is owned by m")
        #expect("\(FieldConflict(field: ".a", manager: "m", subresource: "status"))" == ".a is owned by m (through status)")
    }

    @Test func `Mutated messages never crash the reader`() {
        var random = SeededRandom(seed: 11)
        let message = Array(
            "conflict with \"a\\u00e9\\\"b\" with subresource \"status\" using apps/v1 at 2026-01-01T00:00:00Z".unicodeScalars)
        for _ in 0..<5000 {
            var text = message
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let position = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text.remove(at: position)
                case 1: text[position] = "\"\\xuU é\u{0}".unicodeScalars.randomElement(using: &random)!
                default: text.removeSubrange(position...)
                }
                if text.isEmpty { text = ["x"] }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: text)
            #expect(error([String(view)]).fieldConflicts.count == 1)
        }
    }
}
