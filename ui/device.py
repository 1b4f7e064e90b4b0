"""The one switch for the GPU: in the sidebar, kept for the session, in no link."""

import streamlit as st

from engine.device import Device
from runtime import server
from ui.language import say

KEY = "gpu"


def switch() -> Device:
    """The device that torch topics compute on. Without a GPU the switch is off and says why."""
    device, told = server.running()[0].gpu
    there = device != "cpu"
    wanted = bool(st.session_state.get(KEY, st.session_state.get("gpu_wanted", False)))
    st.session_state[KEY] = wanted and there
    with st.sidebar:
        on = st.toggle(say("gpu"), key=KEY, disabled=not there)
        st.caption(say("gpu_there", name=told) if there else say(f"gpu_{told}"))
    st.session_state["gpu_wanted"] = wanted if not there else on
    return device if on and there else "cpu"
