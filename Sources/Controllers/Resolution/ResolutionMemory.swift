import KubeCore
import Rollout
import Synchronization

/// What a registry and policies said last of a deployment, so that a host's change doesn't ask them again.
final class ResolutionMemory: Sendable {
    /// What an answer depends on.
    struct Question: Hashable, Sendable {
        var uid: String
        var module: String
        var configHash: String
        /// Grows whenever a policy changes.
        var policies: Int
    }

    private struct Answer {
        var question: Question
        var wanted: Wanted
        /// On our monotonic clock; nil: for good.
        var expires: Duration?
    }

    private let answers = Mutex<[ObjectKey: Answer]>([:])

    func recall(_ key: ObjectKey, _ question: Question, now: Duration) -> (wanted: Wanted, retryAfter: Duration?)? {
        answers.withLock { answers in
            guard let answer = answers[key], answer.question == question else { return nil }
            guard let expires = answer.expires else { return (answer.wanted, nil) }
            return now < expires ? (answer.wanted, expires - now) : nil
        }
    }

    func remember(_ key: ObjectKey, _ question: Question, _ wanted: Wanted, expires: Duration?) {
        answers.withLock { $0[key] = Answer(question: question, wanted: wanted, expires: expires) }
    }

    func forget(_ key: ObjectKey) { answers.withLock { $0[key] = nil } }
}
