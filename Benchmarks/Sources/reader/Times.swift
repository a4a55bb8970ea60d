import JSON
import KubeRuntime
import Stations

/// Downloads and syncs in turns, so that both see the same load of the machine.
struct Times {
    var connection: Connection
    var form: Form
    var rounds: Int

    /// `refused` when the server has no lists of this form.
    func measure() async throws -> JSON {
        try await connection.warmUp()
        var (downloads, syncs) = ([JSON](), [JSON]())
        var (bytes, objects) = (0, 0)
        for _ in 0..<rounds {
            let download = Clock()
            do { bytes = try await Download(connection: connection, form: form).run() } catch is Download.Refused {
                return ["refused": true]
            }
            downloads.append(download.read())
            let sync = Clock()
            // Read when the store is synced: giving it up again is no part of that.
            syncs.append(
                try await connection.withSyncedStore(form.settings) { store in
                    objects = store.count
                    return sync.read()
                })
        }
        // An object is at least 2 kB: less means that pages were missed.
        guard bytes >= objects * 2_000 else {
            throw Failure("\(bytes) bytes were downloaded for \(objects) objects: that is not all of them")
        }
        return [
            "objects": .integer(Int64(objects)), "bytes": .integer(Int64(bytes)), "download": .array(downloads), "sync": .array(syncs),
        ]
    }
}

/// Wall and processor time since it was made.
private struct Clock: Sendable {
    private let started = ContinuousClock.now
    private let used = ProcessUsage.processorSeconds

    func read() -> JSON {
        let seconds = started.duration(to: .now) / .seconds(1)
        return ["seconds": .double(seconds), "processor": .double(ProcessUsage.processorSeconds - used)]
    }
}
