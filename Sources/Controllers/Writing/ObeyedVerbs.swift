import GraftAPI
import KubeCore
import Synchronization

/// Annotations that were obeyed and are still on their object, or seem to be: removing them waits for the status that tells what
/// they did, and the watch takes its time. Each is obeyed once.
final class ObeyedVerbs: Sendable {
    private struct Verb {
        var value: String
        /// The version of the object that our removal made.
        var removedIn: String?

        /// Whether an object still has it, for all we know. Afterwards the same value means that somebody asks again.
        func isStillThere(in version: String?) -> Bool {
            removedIn.map { ResourceVersion.isOlder(version, than: $0) ?? true } ?? true
        }
    }

    private let verbs = Mutex<[ObjectKey: [String: Verb]]>([:])

    init() {}

    /// The annotations without those that were obeyed already.
    func fresh(_ deployment: ModuleDeployment) -> [String: String] {
        let annotations = deployment.metadata.annotations
        return verbs.withLock { verbs in
            guard let obeyed = verbs[deployment.key] else { return annotations }
            // What is gone, or was set anew, is no longer ours to remember.
            let same = obeyed.filter { name, verb in
                annotations[name] == verb.value && verb.isStillThere(in: deployment.metadata.resourceVersion)
            }
            verbs[deployment.key] = same.isEmpty ? nil : same
            return annotations.filter { same[$0.key] == nil }
        }
    }

    func obeyed(_ names: [String], of deployment: ModuleDeployment) {
        guard !names.isEmpty else { return }
        verbs.withLock { verbs in
            for name in names {
                guard let value = deployment.metadata.annotations[name] else { continue }
                verbs[deployment.key, default: [:]][name] = Verb(value: value)
            }
        }
    }

    /// Those that are to be taken off the object, once its status is written.
    func unremoved(from deployment: ModuleDeployment) -> [String] {
        verbs.withLock { ($0[deployment.key] ?? [:]).filter { $0.value.removedIn == nil }.keys.sorted() }
    }

    /// - Parameter deployment: as it is without them.
    func removed(_ names: [String], from deployment: ModuleDeployment) {
        verbs.withLock { verbs in for name in names { verbs[deployment.key]?[name]?.removedIn = deployment.metadata.resourceVersion ?? "" }
        }
    }

    func forget(_ key: ObjectKey) { verbs.withLock { $0[key] = nil } }
}
