public import Logging
import Synchronization

/// What was begun and must not be left half done: steps that take it back, the last first.
public final class Undo: Sendable {
    struct Step: Sendable {
        var what: String
        var body: @Sendable () async throws -> Void
    }

    private let steps = Mutex<[Step]>([])

    /// Says how to take back what is about to be begun. Give it before you begin: a request that was cancelled may have arrived.
    /// - Parameters:
    ///   - what: for the log, as in `delete the canary`.
    ///   - step: runs if the work fails or is cancelled. Must do no harm when there is nothing to take back.
    public func add(_ what: String, _ step: @escaping @Sendable () async throws -> Void) {
        steps.withLock { $0.append(Step(what: what, body: step)) }
    }

    fileprivate func run(_ logger: Logger) async {
        while let step = steps.withLock({ $0.popLast() }) {
            do { try await step.body() } catch {
                logger.warning("could not be taken back", metadata: ["what": "\(step.what)", "error": "\(error)"])
            }
        }
    }

    fileprivate var left: [String] { steps.withLock { $0.map(\.what) } }
}

/// Runs a body, and takes back what it began when it throws: when it fails, when its deadline passes, when a newer generation or a shutdown
/// cancels it. The steps are not cancelled with the body; they have a time of their own, and then this throws what the body threw.
///
/// After lost leadership a fence refuses the steps' writes, too: what they would have taken back is the next leader's to find.
/// - Parameter limit: for all steps together.
public func withUndo<Value>(
    within limit: Duration = .seconds(5), logger: Logger, surroundings: Surroundings = .system, _ body: (Undo) async throws -> Value
) async throws -> Value {
    let undo = Undo()
    do { return try await body(undo) } catch {
        // Not a child of the cancelled task, or each step would be cancelled before it began; awaited all the same.
        let steps = Task {
            try await firstOf(
                { await undo.run(logger) },
                {
                    try await surroundings.sleep(limit)
                    logger.warning("not all could be taken back in time", metadata: ["left": "\(undo.left)", "limit": "\(limit)"])
                })
        }
        _ = await steps.result
        throw error
    }
}
