import JSON
import Synchronization

/// What an agent must not forget, in a file that is only ever appended to: the last line about a slot counts.
///
/// `append` returns when the line is on the disk. A tail that was torn by a crash is dropped on opening, damaged lines are
/// skipped; a file that has grown long is written anew beside itself and renamed into place.
package final class Journal: Sendable {
    private struct State {
        var file: FileHandle?
        var size = 0
        var records: [String: SlotRecord] = [:]
        /// A write or a sync failed: what the file ends with is not known, so it is written anew.
        var isSuspect = false
    }

    private let path: String
    private let disk: Disk
    private let compactAbove: Int
    private let state: Mutex<State>
    /// Lines that could not be read on opening, a torn tail among them.
    package let damagedLines: Int

    /// Opens or creates the journal.
    /// - Parameter compactAbove: bytes above which the file is written anew.
    package init(path: String, disk: Disk = .real, compactAbove: Int = 64 << 10) throws {
        self.path = path
        self.disk = disk
        self.compactAbove = compactAbove
        var state = State()
        var damaged = 0
        let bytes = disk.exists(path) ? try disk.read(path, upTo: 256 << 20) : []
        var end = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            end = line.endIndex + 1
            if line.isEmpty { continue }
            if let json = JournalLine.document(line), let record = try? SlotRecord(from: json) {
                state.records[record.slot] = record
            } else {
                damaged += 1
            }
        }
        let file = try disk.openForAppending(path)
        if end < bytes.count {
            damaged += 1
            try file.truncate(to: end)
        }
        if bytes.isEmpty { try disk.syncDirectory(disk.parent(of: path)) }
        state.file = file
        state.size = end
        damagedLines = damaged
        self.state = Mutex(state)
    }

    /// The last record of each slot.
    package var records: [String: SlotRecord] { state.withLock { $0.records } }

    package func record(of slot: String) -> SlotRecord? { state.withLock { $0.records[slot] } }

    /// Writes a record down. On return it survives the loss of power; when it throws, the record before still counts.
    package func append(_ record: SlotRecord) throws {
        try state.withLock { state in
            var records = state.records
            records[record.slot] = record
            let line = JournalLine.bytes(record.json)
            if state.isSuspect || state.size + line.count > compactAbove {
                try rewrite(records, &state)
            } else {
                do {
                    try state.file!.write(line)
                    try state.file!.sync()
                } catch {
                    state.isSuspect = true
                    throw error
                }
                state.size += line.count
            }
            state.records = records
        }
    }

    private func rewrite(_ records: [String: SlotRecord], _ state: inout State) throws {
        var bytes: [UInt8] = []
        for slot in records.keys.sorted() { bytes += JournalLine.bytes(records[slot]!.json) }
        state.isSuspect = true  // until all of it succeeded: the open file may no longer be the one at the path
        try disk.replace(path, with: bytes, mode: 0o600)
        state.file = try disk.openForAppending(path)
        state.size = bytes.count
        state.isSuspect = false
    }
}
