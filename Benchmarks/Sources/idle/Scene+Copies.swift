import GraftAPI
import JSON
import KubeClient
import KubeCore
import Schema

/// A deployment that the controller has delivered, with all that belongs to it.
private struct Delivered {
    var deployment: ModuleDeployment
    var revisions: [ModuleRevision]
    var plan: ModulePlan
    var host: ModuleHost
}

/// Gives what was one deployment's to another: names, and the generation that a new object has.
private struct Renaming {
    var prefix: (old: String, new: String)
    /// Whole texts.
    var names: [String: String]

    func callAsFunction(_ json: JSON) -> JSON {
        switch json {
        case .string(let text):
            if let name = names[text] { return .string(name) }
            return text.hasPrefix(prefix.old) ? .string(prefix.new + text.dropFirst(prefix.old.count)) : json
        case .array(let elements): return .array(elements.map { self($0) })
        case .object(var object):
            for (key, value) in object { object[key] = key == "observedGeneration" ? 1 : self(value) }
            return .object(object)
        default: return json
        }
    }
}

extension Scene {
    /// Writes the rest as those came out that the controller delivered: it would take an hour to deliver ten thousand, twice each.
    func copyDelivered() async throws {
        var originals: [Delivered] = []
        let revisions = try await Api<ModuleRevision>(client, namespace: Self.namespace).list().items
        for number in 0..<sample {
            let name = Self.deployment(number)
            originals.append(
                Delivered(
                    deployment: try await Api(client, namespace: Self.namespace).get(name),
                    revisions: revisions.filter { $0.metadata.labels[GraftAPI.deploymentLabel] == name },
                    plan: try await Api(client, namespace: Self.namespace).get(name), host: try await Api(client).get(host(number))))
        }
        try await whileNobodyObeys {
            try await forEach(sample..<max(sample, count)) { [originals] number in
                try await write(number, as: originals[number % sample], of: number % sample)
            }
        }
    }

    private func write(_ number: Int, as original: Delivered, of other: Int) async throws {
        let (old, new) = (Self.deployment(other), Self.deployment(number))
        var renamed = Renaming(
            prefix: (old + "-", new + "-"), names: [old: new, hostClass(other): hostClass(number), shard(other): shard(number)])
        try await register(number)
        let deployment = try await Api<ModuleDeployment>(client, namespace: Self.namespace)
            .apply(new, ["spec": renamed(original.deployment.spec.json)] as JSON, manager: "benchmark")
        let owner = OwnerReference(controlledBy: deployment)!.json
        func metadata(_ name: String) -> JSON {
            ["name": .string(name), "labels": [GraftAPI.deploymentLabel: .string(new)], "ownerReferences": [owner]]
        }
        let written = WriteOptions(manager: GraftAPI.controllerManager)
        for revision in original.revisions {
            let name = new + revision.metadata.name.dropFirst(old.count)
            let api = Api<ModuleRevision>(client, namespace: Self.namespace)
            _ = try await api.create(["metadata": metadata(name), "spec": renamed(revision.spec.json)] as JSON, options: written)
            _ = try await api.applyStatus(
                name, ["status": renamed(revision.status.json)] as JSON, manager: GraftAPI.controllerManager)
        }
        let plan = try await Api<ModulePlan>(client, namespace: Self.namespace)
            .create(["metadata": metadata(new), "spec": renamed(original.plan.spec.json)] as JSON, options: written)
        renamed.names[original.plan.metadata.uid ?? ""] = plan.metadata.uid ?? ""
        _ = try await Api<ModuleHost>(client).applyStatus(
            host(number), ["status": renamed(original.host.status.json)] as JSON, manager: "agent")
        _ = try await Api<ModuleDeployment>(client, namespace: Self.namespace).applyStatus(
            new, ["status": renamed(original.deployment.status.json)] as JSON, manager: GraftAPI.controllerManager)
    }
}
