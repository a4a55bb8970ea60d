import GraftAPI

/// The steps of a strategy, and the one that follows them: all hosts.
struct StepSchedule: Hashable {
    enum Stage: Hashable {
        case weight(Weight)
        /// Nil: until promoted.
        case pause(seconds: Int?)
    }

    let stages: [Stage]

    init(_ steps: [Step]) {
        var stages = steps.map { step in step.setWeight.map(Stage.weight) ?? .pause(seconds: step.pause?.durationSeconds) }
        if !stages.contains(.weight(.all)) { stages.append(.weight(.all)) }
        self.stages = stages
    }

    var count: Int { stages.count }
    /// Where a full promotion goes.
    var lastWeight: Int { stages.lastIndex(of: .weight(.all))! }

    /// Steps may have been taken away from the spec meanwhile: then all hosts.
    func stage(_ index: Int) -> Stage { stages.indices.contains(index) ? stages[index] : .weight(.all) }

    func isLast(_ index: Int) -> Bool { index >= stages.count - 1 }
}
