import CHostSocket
import Glibc
import Testing

@testable import HostProtocol

@Suite("Sealed memory")
struct SealedMemoryTests {
    static func sealed(_ bytes: [UInt8], at step: (SealedMemory.Step, Descriptor) -> Void = { _, _ in }) throws -> SealedMemory {
        try SealedMemory.make(named: "test", isExecutable: false, at: step) { write in try write(bytes[...]) }
    }

    static func bytes(_ memory: SealedMemory) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try memory.read { bytes += $0 }
        return bytes
    }

    @Test func `holds what was written, and nobody changes it`() throws {
        let memory = try Self.sealed([1, 2, 3])
        let number = memory.descriptor.number
        #expect(try Self.bytes(memory) == [1, 2, 3])
        #expect(memory.size == 3)
        #expect(write(number, [9], 1) == -1 && errno == EPERM)
        #expect(pwrite(number, [9], 1, 0) == -1 && errno == EPERM)
        #expect(ftruncate(number, 0) == -1 && errno == EPERM)
        #expect(ftruncate(number, 99) == -1 && errno == EPERM)
        #expect(mmap(nil, 3, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0) == MAP_FAILED)
        // Who has the rights of this process may open it anew, and gets no further.
        let again = open("/proc/self/fd/\(number)", O_RDWR | O_CLOEXEC)
        if again >= 0 {
            #expect(write(again, [9], 1) == -1 && errno == EPERM)
            close(again)
        }
        #expect(try Self.bytes(memory) == [1, 2, 3])
    }

    @Test func `is not made while somebody has it mapped for writing`() throws {
        var mapped: UnsafeMutableRawPointer?
        #expect(throws: SystemFailure.self) {
            try Self.sealed([1, 2, 3]) { step, descriptor in
                guard step == .written else { return }
                mapped = mmap(nil, 3, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number, 0)
            }
        }
        if let mapped { munmap(mapped, 3) }
    }

    @Test func `what lacks a seal, or has another size, or is no file in memory, is refused`() throws {
        let whole = try Self.sealed([1, 2, 3])
        #expect(try Self.bytes(SealedMemory(checking: whole.descriptor, size: 3)) == [1, 2, 3])
        #expect(throws: ProtocolViolation.self) { try SealedMemory(checking: whole.descriptor, size: 2) }
        let open = Descriptor(graft_memory_file("open", 0))
        #expect(throws: ProtocolViolation.self) { try SealedMemory(checking: open, size: 0) }
        // Each of the four alone is not enough, nor are any three.
        for seals: Int32 in 0..<15 {
            let partly = Descriptor(graft_memory_file("partly", 0))
            _ = fcntl(partly.number, 1033, seals)
            #expect(throws: ProtocolViolation.self, "seals \(seals)") { try SealedMemory(checking: partly, size: 0) }
        }
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (Descriptor(ends[0]), Descriptor(ends[1]))
        #expect(throws: ProtocolViolation.self) { try SealedMemory(checking: reading, size: 0) }
        #expect(throws: ProtocolViolation.self) { try SealedMemory(checking: writing, size: 0) }
    }

    @Test func `children don't get it`() throws {
        let memory = try Self.sealed([1])
        #expect(fcntl(memory.descriptor.number, F_GETFD) & FD_CLOEXEC != 0)
    }
}
