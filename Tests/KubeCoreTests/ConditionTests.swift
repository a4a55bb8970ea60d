import KubeCore
import Testing

@Suite struct ConditionTests {
    private func condition(
        _ type: String, _ status: Condition.Status, at seconds: Int64, reason: String = "R", message: String = "", generation: Int64? = nil
    ) -> Condition {
        Condition(
            type: type, status: status, reason: reason, message: message, observedGeneration: generation,
            lastTransitionTime: Timestamp(seconds: seconds))
    }

    @Test(
        "The time moves only with the status; whatever else changes is a change, too",
        arguments: [
            (Condition.Status.isTrue, "R", "", 1 as Int64?, false, 1 as Int64), (.isTrue, "Other", "", 1, true, 1),
            (.isTrue, "R", "said", 1, true, 1), (.isTrue, "R", "", 2, true, 1), (.isTrue, "R", "", nil, true, 1),
            (.isFalse, "R", "", 1, true, 9), (.unknown, "R", "", 1, true, 9), (.isFalse, "Other", "said", 2, true, 9),
        ])
    func setting(status: Condition.Status, reason: String, message: String, generation: Int64?, isChange: Bool, time: Int64) {
        var conditions = [condition("Other", .isTrue, at: 0), condition("Ready", .isTrue, at: 1, generation: 1)]
        let new = condition("Ready", status, at: 9, reason: reason, message: message, generation: generation)
        let outcome1 = conditions.set(new)
        #expect(outcome1 == isChange)
        #expect(conditions["Ready"] == condition("Ready", status, at: time, reason: reason, message: message, generation: generation))
        #expect(conditions.map(\.type) == ["Other", "Ready"])
    }

    @Test func `A new type is added, a removed one is gone`() {
        var conditions: [Condition] = []
        let outcome2 = conditions.set(condition("Ready", .isTrue, at: 1))
        #expect(outcome2)
        let outcome3 = conditions.remove("Ready")
        #expect(outcome3)
        let outcome4 = conditions.remove("Ready")
        #expect(!outcome4)
        #expect(conditions.isEmpty)
    }

    @Test func `A condition is true for the generations that it has seen`() {
        let conditions = [
            condition("Ready", .isTrue, at: 0, generation: 3), condition("Old", .isTrue, at: 0), condition("No", .isFalse, at: 0),
        ]
        #expect(conditions.isTrue("Ready"))
        #expect(conditions.isTrue("Ready", of: 3))
        #expect(!conditions.isTrue("Ready", of: 4))
        #expect(conditions.isTrue("Old"))
        #expect(!conditions.isTrue("Old", of: 1))
        #expect(!conditions.isTrue("No"))
        #expect(!conditions.isTrue("None"))
    }
}
