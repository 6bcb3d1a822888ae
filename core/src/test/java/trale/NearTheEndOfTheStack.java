package trale;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;

/// Runs code where between one and two frames of 32 KiB are left of the stack, in an interpreted program.
///
/// An executor's thread has 16 MiB. A recursion with frames of its own size needs 170,000 of them, and the JVM walks them all for each
/// StackOverflowError.
final class NearTheEndOfTheStack {
    private static final int SLOTS = 32_768 / Long.BYTES;
    private static final Large LARGE = large();

    private static int left; // of the frames that were asked for; of one thread at a time

    interface Code<T> {
        T run() throws Exception;
    }

    /// Has one method, whose frame is large, and which calls [#descend].
    interface Large {
        Object call(int frames, Code<?> code) throws Exception;
    }

    private NearTheEndOfTheStack() {}

    @SuppressWarnings("unchecked")
    static <T> T run(Code<T> code) throws Exception {
        try {
            LARGE.call(Integer.MAX_VALUE, code);
        } catch (StackOverflowError e) {
            // Now it is known how many there are.
        }
        return (T) LARGE.call(Integer.MAX_VALUE - left - 1, code);
    }

    static Object descend(int frames, Code<?> code) throws Exception {
        left = frames;
        return frames == 0 ? code.run() : LARGE.call(frames - 1, code);
    }

    private static Large large() {
        var self = ClassDesc.of(NearTheEndOfTheStack.class.getName());
        var code = ClassDesc.of(Code.class.getName());
        var type = MethodTypeDesc.of(CD_Object, CD_int, code);
        var bytes = ClassFile.of().build(ClassDesc.of(Large.class.getName() + "Frame"), c -> c
                .withInterfaceSymbols(ClassDesc.of(Large.class.getName()))
                .withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, b -> b
                        .aload(0).invokespecial(CD_Object, INIT_NAME, MethodTypeDesc.of(CD_void)).return_())
                .withMethodBody("call", type, ClassFile.ACC_PUBLIC, b -> b
                        .lconst_0().lstore(SLOTS)
                        .iload(1).aload(2).invokestatic(self, "descend", type).areturn()));
        try {
            return (Large) MethodHandles.lookup().defineClass(bytes).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
