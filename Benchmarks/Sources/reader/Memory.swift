import JSON
import KubeRuntime
import Stations

/// One sync in a fresh process: the most it takes, and what is left of it.
struct Memory {
    var connection: Connection
    var form: Form

    func measure() async throws -> JSON {
        try await connection.warmUp()
        FreedMemory.giveBack()
        let before = ProcessUsage.resident
        return try await connection.withSyncedStore(form.settings) { store in
            let peak = ProcessUsage.peak
            // What the list left behind is freed by tasks that end just now.
            try await Task.sleep(for: .seconds(1))
            let untrimmed = ProcessUsage.resident
            FreedMemory.giveBack()
            let after = ProcessUsage.resident
            func bytes(_ count: Int) -> JSON { .integer(Int64(count)) }
            return [
                "objects": bytes(store.count), "before": bytes(before), "peak": bytes(peak), "untrimmed": bytes(untrimmed),
                "after": bytes(after), "held": bytes((after - before) / max(1, store.count)),
            ]
        }
    }
}
