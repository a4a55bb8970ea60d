import GraftAPI
import JSON
import KubeClient
import KubeCore
import Testing

extension RealCluster {
    @Suite("Our client")
    struct ClientTests {
        @Test("A list is read page by page, and whole")
        func pages() async throws {
            let api = Api<ConfigMap>(try Cluster.shared.admin, namespace: Cluster.namespace)
            for index in 0..<7 { try await api.create(Self.map("page-\(index)", labels: ["of": "pages"])) }
            let labels = try LabelSelector("of=pages")
            let first = try await api.page(ListOptions(labels: labels, limit: 3))
            #expect(first.items.count == 3)
            let token = try #require(first.continueToken)
            let second = try await api.page(ListOptions(labels: labels, limit: 3, continueToken: token))
            #expect(second.items.count == 3)
            #expect(second.resourceVersion == first.resourceVersion)
            let all = try await api.list(ListOptions(labels: labels, limit: 3))
            #expect(all.items.map(\.metadata.name) == (0..<7).map { "page-\($0)" })
            #expect(all.continueToken == nil)
        }

        @Test("What is not there, there already, or not understood has its own error")
        func errors() async throws {
            let api = Api<ConfigMap>(try Cluster.shared.admin, namespace: Cluster.namespace)
            #expect(await outcome { try await api.get("nothing") }?.code == .notFound)
            #expect(try await api.getIfPresent("nothing") == nil)
            #expect(try await api.deleteIfPresent("nothing") == false)
            try await api.create(Self.map("there"))
            #expect(await outcome { try await api.create(Self.map("there")) }?.code == .alreadyExists)
            let stranger = Api<ConfigMap>(try Cluster.shared.server.client(token: "wrong"), namespace: Cluster.namespace)
            #expect(await outcome { try await stranger.get("there") }?.code == .unauthorized)
        }

        @Test("Two managers of one field are in conflict; force takes it over")
        func applyConflict() async throws {
            let api = Api<ConfigMap>(try Cluster.shared.admin, namespace: Cluster.namespace)
            try await api.apply("applied", ["data": ["mode": "a"]] as JSON, manager: "first")
            let error = try #require(
                await outcome { try await api.apply("applied", ["data": ["mode": "b"]] as JSON, manager: "second", force: false) })
            #expect(error.code == .conflict)
            #expect(error.causes.map(\.reason) == ["FieldManagerConflict"])
            #expect(error.causes.first?.field == ".data.mode")
            #expect(error.fieldConflicts == [FieldConflict(field: ".data.mode", manager: "first")])
            let forced = try await api.apply("applied", ["data": ["mode": "b"]] as JSON, manager: "second")
            #expect(forced.data == ["mode": "b"])
            // What the first manager no longer says goes only if nobody else owns it.
            let left = try await api.apply("applied", [:] as JSON, manager: "first")
            #expect(left.data == ["mode": "b"])
        }

        @Test("Spec and status are written apart, and only a spec makes a generation")
        func statusSubresource() async throws {
            let api = Api<ModuleHost>(try Cluster.shared.admin)
            let created = try await api.create(Sample.host(node: "apart").with("status", Sample.hostStatus["status"]))
            #expect(created.status.slots.isEmpty)
            let reported = try await api.patchStatus("edge-proxy.apart", Sample.hostStatus.with("spec.runtimeVersion", "9.9.9"))
            #expect(reported.status.slots.count == 1)
            #expect(reported.spec.runtimeVersion == "2.4.1")
            #expect(reported.metadata.generation == 1)
            let changed = try await api.mergePatch(
                "edge-proxy.apart", ["spec": ["runtimeVersion": "2.4.2"], "status": ["summary": "x"]] as JSON)
            #expect(changed.metadata.generation == 2)
            #expect(changed.status.summary == reported.status.summary)
        }

        @Test("Agents select plans by class; a field that is not selectable is refused")
        func fieldSelector() async throws {
            let plans = Api<ModulePlan>(try Cluster.shared.controller, namespace: Cluster.namespace)
            try await plans.create(Sample.plan("selected", hostClass: "selected"))
            try await plans.create(Sample.plan("unselected", hostClass: "unselected"))
            let agent = try await NodeAgent(node: "selector", in: .shared)
            let everywhere = Api<ModulePlan>(agent.client)
            #expect(try await everywhere.list(ListOptions(fields: ["spec.class": "selected"])).items.map(\.metadata.name) == ["selected"])
            let error = await outcome { try await everywhere.list(ListOptions(fields: ["spec.salt": "5d1c0f2a9b7e4c33"])) }
            #expect(error?.code == .badRequest, "\(error?.message ?? "it was accepted")")
        }

        @Test("A delete with another object's uid is refused")
        func deletePreconditions() async throws {
            let api = Api<ConfigMap>(try Cluster.shared.admin, namespace: Cluster.namespace)
            let created = try await api.create(Self.map("kept"))
            let other = DeleteOptions(preconditions: Preconditions(uid: "00000000-0000-0000-0000-000000000000"))
            #expect(await outcome { try await api.delete("kept", other) }?.code == .conflict)
            try await api.delete("kept", DeleteOptions(preconditions: Preconditions(uid: created.metadata.uid)))
        }

        @Test("An object that is made anew counts its generations from 1")
        func generationRestarts() async throws {
            let api = Api<ModulePlan>(try Cluster.shared.controller, namespace: Cluster.namespace)
            try await api.create(Sample.plan("anew"))
            #expect(try await api.apply("anew", Sample.plan("anew", epoch: 8), manager: "graft-controller").metadata.generation == 2)
            try await Api<ModulePlan>(try Cluster.shared.kubernetes, namespace: Cluster.namespace).delete("anew")
            #expect(try await api.create(Sample.plan("anew")).metadata.generation == 1)
        }

        static func map(_ name: String, labels: [String: String] = [:]) -> JSON {
            ["metadata": ["name": .string(name), "labels": labels.json], "data": ["key": "value"]]
        }
    }
}
