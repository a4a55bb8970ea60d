import GraftAPI
import JSON
import KubeClient
import KubeCore

/// What became of the cluster while the controller was looked at.
extension Scene {
    /// The version of the newest write.
    func newestVersion() async throws -> Int {
        try await Int(Api<Namespace>(client).page(ListOptions(limit: 1)).resourceVersion) ?? 0
    }

    /// Objects of any kind but Leases that were written since, some of them by name.
    func written(since version: Int) async throws -> [String] {
        func written<R: Resource>(_: R.Type) async throws -> [String] {
            var found: [String] = []
            var options = ListOptions(limit: 500)
            while true {
                let page = try await Api<R>(client).page(options)
                found += page.items.filter { Int($0.metadata.resourceVersion ?? "") ?? 0 > version }.map {
                    "\(R.definition.kind) \($0.key)"
                }
                guard let next = page.continueToken, !next.isEmpty else { return Array(found.prefix(3)) }
                options.continueToken = next
            }
        }
        return try await written(ModuleDeployment.self) + written(ModuleRevision.self) + written(ModulePlan.self)
            + written(ModuleHost.self) + written(VerificationPolicy.self) + written(ModuleQuarantine.self) + written(Event.self)
    }

    /// Milliseconds from the write of a spec until the status tells of it, one deployment after another, sorted.
    func answerTimes(of rounds: Int) async throws -> [Double] {
        let api = Api<ModuleDeployment>(client, namespace: Self.namespace)
        var times: [Double] = []
        for round in 0..<min(rounds, count) {
            let name = Self.deployment(round * (count / min(rounds, count)))
            let seconds = try await api.get(name).spec.strategy.progressDeadlineSeconds == 600 ? 601 : 600
            let began = ContinuousClock.now
            let changed = try await api.mergePatch(
                name, ["spec": ["strategy": ["progressDeadlineSeconds": .integer(Int64(seconds))]]] as JSON)
            while try await api.get(name).status.observedGeneration != changed.metadata.generation {
                guard .now - began < .seconds(60) else { throw Complaint("\(name): no status within a minute of its change") }
                try await Task.sleep(for: .microseconds(500))
            }
            times.append((.now - began) / .milliseconds(1))
        }
        return times.sorted()
    }
}
