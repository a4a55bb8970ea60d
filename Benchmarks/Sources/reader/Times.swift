import JSON
import KubeRuntime
import Stations

/// Downloads and syncs in turns, so that both see the same load of the machine.
struct Times {
    var connection: Connection
    var form: Form
    var rounds: Int

    func measure() async throws -> JSON {
        try await connection.warmUp()
        var (downloads, syncs) = ([JSON](), [JSON]())
        var (bytes, objects) = (0, 0)
        for _ in 0..<rounds {
            downloads.append(try await time { bytes = try await Download(connection: connection, form: form).run() })
            syncs.append(try await time { objects = try await connection.withSyncedStore(form.settings) { $0.count } })
        }
        // An object is at least 2 kB: less means that pages were missed.
        guard bytes >= objects * 2_000 else {
            throw Failure("\(bytes) bytes were downloaded for \(objects) objects: that is not all of them")
        }
        return [
            "objects": .integer(Int64(objects)), "bytes": .integer(Int64(bytes)), "download": .array(downloads), "sync": .array(syncs),
        ]
    }

    private func time(_ body: () async throws -> Void) async throws -> JSON {
        let (started, used) = (ContinuousClock.now, ProcessUsage.processorSeconds)
        try await body()
        let seconds = started.duration(to: .now) / .seconds(1)
        return ["seconds": .double(seconds), "processor": .double(ProcessUsage.processorSeconds - used)]
    }
}
