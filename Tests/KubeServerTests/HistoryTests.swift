import Harness
import JSON
import KubeServer
import Randomness
import Testing

@Suite("The past", .serialized)
struct HistoryTests {
    @Test("Every version can be listed as it was, whole and in pages", arguments: [1, 2, 3] as [UInt64])
    func everyVersion(seed: UInt64) async throws {
        try await Way.runInProcess { api, server async throws in
            var random = SeededRandom(seed: seed)
            var states: [(version: String, items: [JSON])] = []
            for _ in 0..<60 {
                let name = "w\(Int.random(in: 0..<8, using: &random))"
                let path = Widget.path + "/\(name)"
                switch Int.random(in: 0..<3, using: &random) {
                case 0: _ = try await api.create(Widget.path, Widget.named(name))
                case 1: _ = try await api.merge(path, ["spec": ["size": .integer(Int64.random(in: 1...100, using: &random))]])
                default: _ = try await api.delete(path)
                }
                let list = try await api.get(Widget.path)
                states.append((list.version, list.items))
            }
            for state in states {
                let exact = "resourceVersion=\(state.version)&resourceVersionMatch=Exact"
                #expect(try await api.get(Widget.path + "?" + exact).items == state.items)
                var page = try await api.get(Widget.path + "?limit=3&" + exact)
                var items = page.items
                while let token = page.json["metadata"]?["continue"]?.string {
                    page = try await api.get(Widget.path + "?limit=3&continue=\(token)")
                    #expect(page.items.count <= 3)
                    items += page.items
                }
                #expect(items == state.items)
            }
        }
    }

    @Test("A watch from any version leads to the present", arguments: [1, 2] as [UInt64])
    func watchLeadsToThePresent(seed: UInt64) async throws {
        try await Way.runInProcess { api, server async throws in
            var random = SeededRandom(seed: seed)
            // The mark after which the present is reached.
            let mark = "zz-mark"
            var states: [(version: String, items: [JSON])] = []
            for _ in 0..<40 {
                let name = "w\(Int.random(in: 0..<6, using: &random))"
                let tier = ["front", "back"].randomElement(using: &random)!
                switch Int.random(in: 0..<3, using: &random) {
                case 0: _ = try await api.create(Widget.path, Widget.named(name, labels: ["tier": .string(tier)]))
                case 1: _ = try await api.merge(Widget.path + "/\(name)", ["metadata": ["labels": ["tier": .string(tier)]]])
                default: _ = try await api.delete(Widget.path + "/\(name)")
                }
                let list = try await api.get(Widget.path + "?labelSelector=tier%3Dfront")
                states.append((list.version, list.items))
            }
            let present = states.last!
            _ = try await api.create(Widget.path, Widget.named(mark, labels: ["tier": "front"]))
            for state in states {
                var seen = Dictionary(uniqueKeysWithValues: state.items.map { ($0["metadata"]?["name"]?.string ?? "", $0) })
                let query = "?watch=true&labelSelector=tier%3Dfront&resourceVersion=\(state.version)"
                try await api.watch(Widget.path + query) { _, events in
                    while let event = try await events.next(), event.name != mark {
                        switch event.type {
                        case "ADDED":
                            #expect(seen[event.name] == nil)
                            seen[event.name] = event.object
                        case "MODIFIED":
                            #expect(seen[event.name] != nil)
                            seen[event.name] = event.object
                        case "DELETED": #expect(seen.removeValue(forKey: event.name) != nil)
                        default: break
                        }
                    }
                }
                #expect(Set(seen.values) == Set(present.items))
            }
        }
    }
}
