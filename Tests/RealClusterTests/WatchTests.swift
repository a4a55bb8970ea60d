import GraftAPI
import JSON
import KubeClient
import KubeCore
import Testing

extension RealCluster {
    @Suite("Our watches")
    struct WatchTests {
        @Test("A watch from a list's version tells what came after it, with plans of one class alone")
        func changes() async throws {
            let cluster = try Cluster.shared
            let plans = Api<ModulePlan>(cluster.controller, namespace: Cluster.namespace)
            let agent = Api<ModulePlan>(try await NodeAgent(node: "watcher", in: cluster).client)
            let version = try await agent.list(ListOptions(fields: ["spec.class": "watched"])).resourceVersion
            try await plans.create(Sample.plan("watched", hostClass: "watched"))
            try await plans.create(Sample.plan("unwatched", hostClass: "unwatched"))
            try await plans.apply("watched", Sample.plan("watched", hostClass: "watched", epoch: 8), manager: "graft-controller")
            try await Api<ModulePlan>(cluster.kubernetes, namespace: Cluster.namespace).delete("watched")
            let options = WatchOptions(fields: ["spec.class": "watched"], resourceVersion: version, timeoutSeconds: 60)
            let seen = try await agent.watch(options) { stream in
                var seen: [String] = []
                while seen.count < 3, let event = try await stream.next() {
                    switch event {
                    case .added(let plan): seen.append("added \(plan.metadata.name) \(plan.spec.epoch)")
                    case .modified(let plan): seen.append("modified \(plan.metadata.name) \(plan.spec.epoch)")
                    case .deleted(let plan): seen.append("deleted \(plan.metadata.name) \(plan.spec.epoch)")
                    case .bookmark: break
                    case .error(let error): throw error
                    }
                }
                return seen
            }
            #expect(seen == ["added watched 7", "modified watched 8", "deleted watched 8"])
        }

        @Test("A watch that what happens is not about ends when its time is over, after a bookmark")
        func bookmark() async throws {
            let api = Api<ModuleQuarantine>(try Cluster.shared.admin)
            let version = try await api.list().resourceVersion
            let options = WatchOptions(fields: ["metadata.name": "nothing"], resourceVersion: version, timeoutSeconds: 5)
            let bookmarks = try await api.watch(options) { stream in
                // A bookmark is sent only where something of the kind has happened since the watch began, if nothing that it is about.
                try await api.create(Sample.quarantine("bookmarked"))
                var bookmarks: [String] = []
                while let event = try await stream.next() {
                    if case .bookmark(let version, _) = event { bookmarks.append(version) } else { Issue.record("unexpected: \(event)") }
                }
                return bookmarks
            }
            let last = try #require(bookmarks.last)
            #expect(ResourceVersion.isOlder(last, than: version) == false)
        }

        @Test("A watch from a version that the server has forgotten says so, so that we list anew")
        func expired() async throws {
            let api = Api<ModulePlan>(try Cluster.shared.admin)
            let error: KubeError?
            do {
                error = try await api.watch(WatchOptions(resourceVersion: "1", timeoutSeconds: 10)) { stream in
                    while let event = try await stream.next() {
                        if case .error(let error) = event { return error }
                    }
                    return nil
                }
            } catch let refusal as KubeError { error = refusal }
            #expect(error?.isExpired == true, "\(error?.message ?? "the watch ended without an error")")
        }

        @Test("An object that ceases to match a label selector is told as deleted")
        func relabelled() async throws {
            let hosts = Api<ModuleHost>(try Cluster.shared.admin)
            let created = try await hosts.create(Sample.host(node: "relabelled").with("metadata.labels", ["watched": "yes"]))
            try await hosts.mergePatch("edge-proxy.relabelled", ["metadata": ["labels": ["watched": "no"]]] as JSON)
            let options = WatchOptions(
                labels: try LabelSelector("watched=yes"), resourceVersion: created.metadata.resourceVersion, timeoutSeconds: 60)
            let isDeleted = try await hosts.watch(options) { stream in
                while let event = try await stream.next() {
                    if case .deleted(let host) = event { return host.metadata.name == "edge-proxy.relabelled" }
                }
                return false
            }
            #expect(isDeleted)
            #expect(try await hosts.getIfPresent("edge-proxy.relabelled") != nil)
        }
    }
}
